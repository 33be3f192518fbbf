/// A region that instances may lie in: one row of `DescribeRegions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The number that instances show as `RegionId`.
    pub id: u64,
    /// The API's name, such as `ap-guangzhou`.
    pub name: &'static str,
    /// The short form, such as `gz`.
    pub alias: &'static str,
}

const fn region(id: u64, name: &'static str, alias: &'static str) -> Region {
    Region { id, name, alias }
}

/// The regions of the API reference ("common parameters", region list); ids and aliases are the cloud's.
pub const REGIONS: [Region; 18] = [
    region(1, "ap-guangzhou", "gz"),
    region(4, "ap-shanghai", "sh"),
    region(5, "ap-hongkong", "hk"),
    region(7, "ap-shanghai-fsi", "shjr"),
    region(8, "ap-beijing", "bj"),
    region(9, "ap-singapore", "sg"),
    region(11, "ap-shenzhen-fsi", "szjr"),
    region(15, "na-siliconvalley", "usw"),
    region(16, "ap-chengdu", "cd"),
    region(17, "eu-frankfurt", "de"),
    region(18, "ap-seoul", "kr"),
    region(19, "ap-chongqing", "cq"),
    region(22, "na-ashburn", "use"),
    region(23, "ap-bangkok", "th"),
    region(25, "ap-tokyo", "jp"),
    region(33, "ap-nanjing", "nj"),
    region(72, "ap-jakarta", "jkt"),
    region(74, "sa-saopaulo", "sao"),
];

impl Region {
    /// The region called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        REGIONS.iter().find(|region| region.name == name)
    }
}
