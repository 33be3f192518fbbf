use wharf_model::{
    Digest, InstanceId, InstanceStatus, NamespaceName, RepositoryName, SecretId, Tag, Timestamp, Uin,
};

/// A parameter of a statement.
#[derive(Clone, Debug)]
pub enum Value {
    /// NULL
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A truth value.
    Boolean(bool),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// What can be a parameter of a statement.
pub trait ToValue {
    /// The value as the store keeps it.
    fn to_value(&self) -> Value;
}

/// The parameters of a statement, `$1` first.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::value::ToValue::to_value(&$value)),*] };
}
pub(crate) use params;

macro_rules! to_value {
    ($($type:ty: $this:ident => $value:expr;)*) => { $(
        impl ToValue for $type {
            fn to_value(&self) -> Value {
                let $this = self;
                $value
            }
        }
    )* };
}

to_value! {
    i64: this => Value::Integer(*this);
    u64: this => Value::Integer(i64::try_from(*this).unwrap_or(i64::MAX));
    bool: this => Value::Boolean(*this);
    str: this => Value::Text(this.to_owned());
    String: this => Value::Text(this.clone());
    [u8]: this => Value::Bytes(this.to_vec());
    Vec<u8>: this => Value::Bytes(this.clone());
    Timestamp: this => Value::Integer(this.microseconds());
    Uin: this => Value::Integer(this.number());
    Digest: this => Value::Text(this.as_str().to_owned());
    InstanceId: this => Value::Text(this.as_str().to_owned());
    InstanceStatus: this => Value::Text(this.name().to_owned());
    NamespaceName: this => Value::Text(this.as_str().to_owned());
    RepositoryName: this => Value::Text(this.to_string());
    SecretId: this => Value::Text(this.as_str().to_owned());
    Tag: this => Value::Text(this.as_str().to_owned());
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (*self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}
