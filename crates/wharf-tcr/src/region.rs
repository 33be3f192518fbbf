//! Regions.

use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::Error;
use wharf_model::Timestamp;

input! {
    /// Lists the regions that instances may name: those of `[regions]` in the settings, or TCR's own.
    pub struct DescribeRegions {}
}

output! {
    /// What [`DescribeRegions`] answers.
    pub struct DescribeRegionsOutput {
        total_count: usize = "TotalCount",
        regions: Vec<Region> = "Regions",
    }

    /// A region.
    pub struct Region {
        alias: &'static str = "Alias",
        region_id: u64 = "RegionId",
        region_name: &'static str = "RegionName",
        status: &'static str = "Status",
        remark: &'static str = "Remark",
        created_at: String = "CreatedAt",
        updated_at: String = "UpdatedAt",
        id: usize = "Id",
    }
}

/// When the cloud's table of regions was last made, as the reference's example prints it: 2020-09-22.
const TABLE_MADE: Timestamp = Timestamp::from_microseconds(1_600_732_800_000_000);

impl Action for DescribeRegions {
    const NAME: &'static str = "DescribeRegions";
    type Output = DescribeRegionsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        call.core.check_operator(call.operator).await?;
        let regions = call.core.limits().regions.all();
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
            total_count: regions.len(),
            regions: regions.iter().enumerate().map(row).collect(),
        })
    }
}
