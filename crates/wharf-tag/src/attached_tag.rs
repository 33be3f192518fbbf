//! One tag of one resource.

use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::Error;

input! {
    /// Gives a resource a tag whose key it does not have.
    pub struct AddResourceTag {
        /// The tag's key.
        key: String = "TagKey",
        /// The tag's value.
        value: String = "TagValue",
        /// The resource, in six segments.
        resource: String = "Resource",
    }

    /// Takes a tag from a resource that has it.
    pub struct DeleteResourceTag {
        /// The tag's key.
        key: String = "TagKey",
        /// The resource, in six segments.
        resource: String = "Resource",
    }
}

output! {
    /// What [`AddResourceTag`] and [`DeleteResourceTag`] answer: nothing.
    pub struct Done {}
}

impl Action for AddResourceTag {
    const NAME: &'static str = "AddResourceTag";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let resource = self.resource.parse()?;
        call.core.add_resource_tag(call.operator, resource, self.key, self.value).await?;
        Ok(Done {})
    }
}

impl Action for DeleteResourceTag {
    const NAME: &'static str = "DeleteResourceTag";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        call.core.delete_resource_tag(call.operator, self.resource.parse()?, self.key).await?;
        Ok(Done {})
    }
}
