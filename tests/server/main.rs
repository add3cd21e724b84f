//! Tests of the real binary over real sockets.

mod batch;
mod binary;
mod cli;
mod crash;
mod forms;
mod harness;
mod hostile;
mod pages;
mod reading;
mod takeover;
mod www;
