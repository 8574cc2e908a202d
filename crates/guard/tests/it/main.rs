//! The guard against real files, real processes and the real kernel.
//!
//! Most of it needs root on Linux and says so when it is not there. The attacks are harmless and
//! bounded: see `attack`.

#[cfg(test)]
mod attack;
#[cfg(test)]
mod canaries;
#[cfg(test)]
mod child;
#[cfg(test)]
mod colleagues;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod decoy;
#[cfg(test)]
mod disks;
#[cfg(test)]
mod each_write;
#[cfg(test)]
mod elsewhere;
#[cfg(test)]
mod everyday;
#[cfg(test)]
mod grounds;
#[cfg(test)]
mod group;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lift;
#[cfg(test)]
mod listed;
#[cfg(test)]
mod maintenance;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod playground;
#[cfg(test)]
mod release;
#[cfg(test)]
mod rewriting;
#[cfg(test)]
mod samba;
#[cfg(test)]
mod survival;
#[cfg(test)]
mod table;
#[cfg(test)]
mod undo;
#[cfg(test)]
mod vanishing;
#[cfg(test)]
mod watchdog;
