//! The dialect from outside, call by call.
