//! What the API's documentation says of an action beside its parameters.

/// Facts of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The error codes that it documents, beside the common ones.
    pub errors: &'static [&'static str],
    /// What it does with the region of a request.
    pub region: RegionUse,
    /// Calls in a second, by one account in one region.
    pub rate: u32,
}

/// What an action does with `X-TC-Region`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionUse {
    /// A request names one of the product's regions.
    Required,
    /// A request names one of these.
    OneOf(&'static [&'static str]),
    /// The region is not looked at.
    Unused,
}
