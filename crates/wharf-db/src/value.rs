use wharf_model::{
    Digest, InstanceId, InstanceStatus, NamespaceName, RepositoryName, RoleId, RoleName, SecretId,
    ServiceAccountName, ServiceActions, SessionName, StorageName, Tag, Timestamp, Uin,
};

/// A parameter of a statement. NULL has a type too: a database may want to know it.
#[derive(Clone, Debug)]
pub enum Value {
    /// A 64-bit integer.
    Integer(Option<i64>),
    /// A truth value.
    Boolean(Option<bool>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// What can be a parameter of a statement.
pub trait ToValue {
    /// What stands for the absence of such a value.
    const NULL: Value;

    /// The value as the store keeps it.
    fn to_value(&self) -> Value;
}

/// The parameters of a statement, `$1` first.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::value::ToValue::to_value(&$value)),*] };
}
pub(crate) use params;

macro_rules! to_value {
    ($($type:ty: $this:ident => $kind:ident $value:expr;)*) => { $(
        impl ToValue for $type {
            const NULL: Value = Value::$kind(None);

            fn to_value(&self) -> Value {
                let $this = self;
                Value::$kind(Some($value))
            }
        }
    )* };
}

to_value! {
    i64: this => Integer *this;
    u64: this => Integer i64::try_from(*this).unwrap_or(i64::MAX);
    bool: this => Boolean *this;
    str: this => Text this.to_owned();
    String: this => Text this.clone();
    [u8]: this => Bytes this.to_vec();
    Vec<u8>: this => Bytes this.clone();
    Timestamp: this => Integer this.microseconds();
    Uin: this => Integer this.number();
    Digest: this => Text this.as_str().to_owned();
    InstanceId: this => Text this.as_str().to_owned();
    InstanceStatus: this => Text this.name().to_owned();
    NamespaceName: this => Text this.as_str().to_owned();
    RepositoryName: this => Text this.to_string();
    RoleId: this => Integer this.number();
    RoleName: this => Text this.as_str().to_owned();
    SecretId: this => Text this.as_str().to_owned();
    ServiceAccountName: this => Text this.as_str().to_owned();
    ServiceActions: this => Integer this.bits();
    SessionName: this => Text this.as_str().to_owned();
    StorageName: this => Text if this.is_default() { String::new() } else { this.as_str().to_owned() };
    Tag: this => Text this.as_str().to_owned();
}

impl<T: ToValue + ?Sized> ToValue for &T {
    const NULL: Value = T::NULL;

    fn to_value(&self) -> Value {
        (*self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    const NULL: Value = T::NULL;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Self::NULL, ToValue::to_value)
    }
}
