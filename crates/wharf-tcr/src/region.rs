//! Regions.

use serde::Serialize;
use wharf_cloudapi::{Action, Call, input};
use wharf_core::Error;
use wharf_model::{REGIONS, Timestamp};

input! {
    /// The regions in which instances may lie.
    pub struct DescribeRegions {}
}

/// What [`DescribeRegions`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeRegionsOutput {
    total_count: usize,
    regions: Vec<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Region {
    alias: &'static str,
    region_id: u64,
    region_name: &'static str,
    status: &'static str,
    remark: &'static str,
    created_at: String,
    updated_at: String,
    id: usize,
}

/// When the cloud's table of regions was last made, as the reference's example prints it: 2020-09-22.
const TABLE_MADE: Timestamp = Timestamp::from_microseconds(1_600_732_800_000_000);

impl Action for DescribeRegions {
    const NAME: &'static str = "DescribeRegions";
    type Output = DescribeRegionsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        call.core.check_operator(call.operator).await?;
        let row = |(index, region): (usize, &wharf_model::Region)| Region {
            alias: region.alias,
            region_id: region.id,
            region_name: region.name,
            status: "alluser",
            remark: "alluser",
            created_at: TABLE_MADE.to_utc_offset(),
            updated_at: TABLE_MADE.to_utc_offset(),
            id: index + 1,
        };
        Ok(DescribeRegionsOutput {
            total_count: REGIONS.len(),
            regions: REGIONS.iter().enumerate().map(row).collect(),
        })
    }
}
