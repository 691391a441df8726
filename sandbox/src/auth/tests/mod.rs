//! The authorization server through its handlers, as a client, a browser and an attacker see it.

mod back;
mod bench;
mod front;
mod pages;
mod races;
mod resources;
