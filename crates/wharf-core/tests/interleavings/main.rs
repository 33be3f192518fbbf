//! Whatever order pushes, mounts, deletions and moves of tags come in, nobody who pulls sees a manifest whose content is
//! missing, a wrong digest, or content of another repository or instance.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the seed is for whoever runs a failed test again")]

#[path = "../fixture/mod.rs"]
mod fixture;

mod puller;
mod pusher;
mod random;
mod world;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use puller::Puller;
use pusher::Pusher;
use world::World;

/// Tasks that change the repository at once, and those that pull from it.
const PUSHERS: u64 = 4;
const PULLERS: u64 = 2;
/// After each phase, when nothing changes, what is counted is compared with what is there.
const PHASES: u64 = 4;
/// Changes that each task makes in a phase.
const CHANGES: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_interleaving_shows_what_is_not_there() {
    for seed in [1, 2, 3] {
        interleave(seed).await;
    }
}

/// Run again with `WHARF_SEED=…` what this printed before it failed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nor_does_one_of_another_seed() {
    let given = std::env::var("WHARF_SEED").ok().and_then(|seed| seed.parse().ok());
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into();
    interleave(given.unwrap_or_else(clock)).await;
}

async fn interleave(seed: u64) {
    println!("WHARF_SEED={seed}");
    let world = Arc::new(World::new().await);
    let done = Arc::new(AtomicBool::new(false));
    let pullers: Vec<_> = (0..PULLERS)
        .map(|number| tokio::spawn(Puller::new(world.clone(), seed, number).pull_until(done.clone())))
        .collect();
    let mut changed = 0;
    for phase in 0..PHASES {
        let numbers = phase * PUSHERS..(phase + 1) * PUSHERS;
        let pushers: Vec<_> = numbers
            .map(|number| tokio::spawn(Pusher::new(world.clone(), seed, number).change(CHANGES)))
            .collect();
        for pusher in pushers {
            changed += pusher.await.unwrap();
        }
        world.check_counts().await;
    }
    done.store(true, Ordering::Release);
    let mut pulled = 0;
    for puller in pullers {
        pulled += puller.await.unwrap();
    }
    println!("{changed} changes took effect, {pulled} manifests were pulled whole");
    // Otherwise the run would show nothing.
    assert!(changed > 50 && pulled > 50, "{changed} changes, {pulled} pulls");
}
