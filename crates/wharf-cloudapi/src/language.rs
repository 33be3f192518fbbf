//! The languages of messages: English, and Chinese for who asks for it.

use std::fmt;

use wharf_core::Error;

use crate::chinese;

/// A language that a request may ask for (`X-TC-Language`; `Language` with signature method v1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// `en-US`, and where nothing or another language is asked for.
    #[default]
    English,
    /// `zh-CN`.
    Chinese,
}

/// What an error says, in each language. [`say!`](crate::say) makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// In English.
    pub english: String,
    /// In Chinese.
    pub chinese: String,
}

impl Language {
    /// The language of this name; English where there is none of it.
    pub fn named(name: &str) -> Self {
        if name.eq_ignore_ascii_case("zh-CN") { Self::Chinese } else { Self::English }
    }
}

impl Message {
    /// The message in one language.
    pub fn in_language(self, language: Language) -> String {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }

    /// What core refuses something with.
    pub(crate) fn of(error: &Error) -> Self {
        Self { english: error.to_string(), chinese: chinese::of(error) }
    }

    /// What a failure says that is not the caller's fault.
    pub fn internal() -> Self {
        crate::say!(
            "The server failed at this request. Its log has the reason under the RequestId.",
            "服务器处理该请求时出错，原因见服务器日志中该 RequestId 对应的记录。"
        )
    }
}

/// In English, as logs have it.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

/// A message in English and in Chinese, side by side; names in braces are filled in, in both.
#[macro_export]
macro_rules! say {
    ($english:literal, $chinese:literal $(,)?) => {
        $crate::Message { english: format!($english), chinese: format!($chinese) }
    };
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_message_is_said_in_the_language_that_is_asked_for() {
        let name = "x";
        let message = say!("There is no `{name}`.", "不存在 `{name}`。");
        assert_eq!(message.to_string(), "There is no `x`.");
        for (asked, said) in [
            ("zh-CN", "不存在 `x`。"),
            ("zh-cn", "不存在 `x`。"),
            ("en-US", "There is no `x`."),
            ("", "There is no `x`."),
            ("de-DE", "There is no `x`."),
        ] {
            assert_eq!(message.clone().in_language(Language::named(asked)), said);
        }
    }
}
