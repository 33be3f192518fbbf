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

/// The regions that there are: the reference's, or those of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regions(&'static [Region]);

impl Default for Regions {
    fn default() -> Self {
        Self(&REGIONS)
    }
}

impl Regions {
    /// Regions of the configuration, by their ids. They stay in memory for as long as the process runs, as everything
    /// that names a region expects: a process makes them once.
    ///
    /// # Errors
    /// When there is none, or two have an id, a name or an alias in common; says which.
    pub fn configured(regions: impl IntoIterator<Item = (u64, String, String)>) -> Result<Self, String> {
        let mut regions: Vec<_> = regions.into_iter().collect();
        regions.sort();
        if regions.is_empty() {
            return Err("it names no region".to_owned());
        }
        for (index, (id, name, alias)) in regions.iter().enumerate() {
            for (other_id, other_name, other_alias) in &regions[..index] {
                if id == other_id || name == other_name || alias == other_alias {
                    return Err(format!(
                        "`{other_name}` and `{name}` are not told apart by name, id and alias"
                    ));
                }
            }
        }
        let region = |(id, name, alias): (u64, String, String)| region(id, name.leak(), alias.leak());
        Ok(Self(regions.into_iter().map(region).collect::<Vec<_>>().leak()))
    }

    /// All of them.
    pub const fn all(self) -> &'static [Region] {
        self.0
    }

    /// The region called `name`.
    pub fn named(self, name: &str) -> Option<&'static Region> {
        self.0.iter().find(|region| region.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Regions;

    fn regions(given: &[(u64, &str, &str)]) -> Result<Regions, String> {
        Regions::configured(
            given.iter().map(|(id, name, alias)| (*id, (*name).to_owned(), (*alias).to_owned())),
        )
    }

    #[test]
    fn configured_regions_take_the_place_of_the_references() {
        let configured = regions(&[(200, "west", "w"), (100, "east", "e")]).unwrap();
        assert_eq!(configured.all().iter().map(|region| region.name).collect::<Vec<_>>(), ["east", "west"]);
        assert_eq!(configured.named("west").map(|region| (region.id, region.alias)), Some((200, "w")));
        assert_eq!(configured.named("ap-guangzhou"), None);
        assert!(Regions::default().named("ap-guangzhou").is_some());
    }

    #[test]
    fn regions_are_told_apart() {
        for same in
            [[(1, "a", "x"), (1, "b", "y")], [(1, "a", "x"), (2, "a", "y")], [(1, "a", "x"), (2, "b", "x")]]
        {
            assert!(regions(&same).is_err(), "{same:?}");
        }
        assert!(regions(&[]).is_err());
    }
}
