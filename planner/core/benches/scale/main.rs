//! How long the planner takes for 10,000 targets in five scopes, in CPU time.
//!
//! `cargo bench -p lifeboat-core --bench scale`; `LIFEBOAT_TARGETS` is the number of targets.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench looks at the clock, and its site is a constant"
)]

mod clock;
mod protected;
mod unprotected;

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{Criterion, SamplingMode};
use lifeboat_core::exposure::{assess, exposures};
use lifeboat_core::synthesis::synthesise;

use clock::CpuTime;

fn main() {
    let count = std::env::var("LIFEBOAT_TARGETS").ok();
    let count: usize = count.map_or(10_000, |count| count.parse().unwrap());
    let mut criterion = Criterion::default()
        .with_measurement(CpuTime(WallTime))
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(8))
        .configure_from_args();
    let name = format!("{count} targets x 5 scopes");
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(clock::targets(count));

    let site = protected::Site::of(count);
    let (design, live, recorded) = (&site.design, &site.live, &site.recorded);
    let (catalog, as_of) = (&site.catalog, site.as_of);
    group.bench_function("assess", |bench| {
        bench.iter_with_large_drop(|| exposures(design, live, recorded, catalog, as_of));
    });
    group.bench_function("survey", |bench| {
        bench.iter_with_large_drop(|| assess(design, live, recorded, catalog, as_of));
    });

    for (name, shape) in unprotected::Shape::ALL {
        let site = unprotected::Site::of(count, shape);
        group.bench_function(name, |bench| {
            bench.iter_with_large_drop(|| {
                synthesise(
                    &site.configuration,
                    &site.design,
                    &site.catalog,
                    &site.live,
                    &site.recorded,
                    site.as_of,
                )
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
