//! Calls of the cloud API are limited by what all processes together let through.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::time::{Duration, Instant};

use fixture::Fixture;
use tokio::time::sleep;
use wharf_core::{Core, Error, RatedCall};
use wharf_model::Uin;

const RATE: u32 = 20;

fn call(action: &str, region: &str, caller: Uin) -> RatedCall<'static> {
    let leak = |text: &str| Box::leak(text.to_owned().into_boxed_str());
    RatedCall { caller, product: "tcr", action: leak(action), region: leak(region), documented: RATE }
}

fn passed(core: &Core, call: &RatedCall<'_>, calls: usize) -> usize {
    (0..calls).filter(|_| core.admit_call(call).is_ok()).count()
}

#[tokio::test]
async fn actions_regions_and_callers_have_allowances_of_their_own() {
    let fixture = Fixture::new().await;
    let other_account = fixture.core.create_account("other", None).await.unwrap().uin;
    let first = call("CreateInstance", "ap-guangzhou", Uin::ROOT);
    // While the calls are made, one more may come free.
    assert!((20..=21).contains(&passed(&fixture.core, &first, 100)));
    let refused = fixture.core.admit_call(&first).unwrap_err();
    assert!(matches!(&refused, Error::TooManyCalls { action, rate: RATE } if action == "CreateInstance"));
    assert!(refused.to_string().contains("20 times a second"));
    for other in [
        call("DeleteInstance", "ap-guangzhou", Uin::ROOT),
        call("CreateInstance", "ap-shanghai", Uin::ROOT),
        call("CreateInstance", "ap-guangzhou", other_account),
    ] {
        assert!(fixture.core.admit_call(&other).is_ok());
    }
}

#[tokio::test]
async fn what_one_process_let_through_another_does_not_let_through_again() {
    let fixture = Fixture::new().await;
    let (one, other) = (&fixture.core, fixture.another().await);
    let call = call("CreateInstance", "ap-guangzhou", Uin::ROOT);
    let began = Instant::now();
    let mut all = passed(one, &call, 15);
    one.report_calls().await.unwrap();
    // This one does not know yet; with the report of its first call it does.
    all += passed(&other, &call, 1);
    other.report_calls().await.unwrap();
    all += passed(&other, &call, 100) + passed(one, &call, 1);
    other.report_calls().await.unwrap();
    one.report_calls().await.unwrap();
    all += passed(&other, &call, 100) + passed(one, &call, 100);
    let gained = began.elapsed().as_millis() as usize * RATE as usize / 1000;
    // A process that does not know of the other's last calls lets one more through.
    assert!((20..=22 + gained).contains(&all), "{all} calls, {gained} gained");
    sleep(Duration::from_millis(150)).await;
    assert!(passed(one, &call, 1) == 1, "the allowance grows again");
}

/// Both call as fast as they can, and report as often as the worker does.
#[tokio::test]
async fn two_processes_in_a_hurry_keep_the_rate_together() {
    let fixture = Fixture::new().await;
    let processes = [fixture.core.clone(), fixture.another().await];
    let call = call("CreateInstance", "ap-guangzhou", Uin::ROOT);
    let began = Instant::now();
    let hammer = |core: Core| {
        tokio::spawn(async move {
            let mut all = 0;
            while began.elapsed() < Duration::from_secs(4) {
                all += passed(&core, &call, 50);
                core.report_calls().await.unwrap();
                sleep(Duration::from_millis(50)).await;
            }
            all
        })
    };
    let [one, other] = processes.map(hammer);
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    let expected = began.elapsed().as_secs_f64() * f64::from(RATE);
    let all = (one + other) as f64;
    assert!(
        all >= expected * 0.9 && all <= expected * 1.1 + f64::from(RATE),
        "{one} + {other} of {expected}"
    );
    assert!(one.min(other) > 20, "neither is starved: {one} and {other}");
}
