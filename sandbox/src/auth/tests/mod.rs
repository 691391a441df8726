//! The authorization server through its handlers, as a client, a browser and an attacker see it.

mod assertion;
mod attacks;
mod back;
mod bench;
mod elsewhere;
mod fapi;
mod front;
mod fuzz;
mod lenient;
mod mutated;
mod outcomes;
mod pages;
mod races;
mod resources;
mod tpp;
