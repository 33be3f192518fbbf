//! What core's errors say in Chinese, with the same facts in it as in English.

use wharf_core::{Error, ResourceFault, ServiceAccountRule, TagRule};
use wharf_model::{ChargeType, InstanceStatus, InvalidName, NameKind, Quota};

use crate::Message;

/// The error's message. Of a failure that is not the caller's fault it says no more than that.
pub(crate) fn of(error: &Error) -> String {
    match error {
        Error::Unauthenticated => "需要身份认证".to_owned(),
        Error::WrongCredentials => "用户名或密码错误".to_owned(),
        Error::TooManyAttempts { seconds } => format!("密码错误次数过多，请在 {seconds} 秒后重试"),
        Error::InvalidBearer => "Bearer 令牌无效".to_owned(),
        Error::InsufficientScope { actions, repository } => {
            format!("令牌的授权范围不包含对 `{repository}` 的 {actions} 操作")
        }
        Error::Denied { actions, repository, instance } => {
            format!("没有权限对实例 `{instance}` 的 `{repository}` 执行 {actions} 操作")
        }

        Error::InvalidName(name) | Error::InstanceNameIllegal(name) => illegal_name(name),
        // Only commands of the program answer it.
        Error::InvalidValue { name, rule } => format!("{name} 的取值无效：{rule}"),
        Error::InvalidTag { key, rule } => format!("标签 `{key}` 无效：{}", tag_rule(*rule)),
        Error::MissingValue(name) => format!("此处需要参数 {name}"),
        Error::PrepaidWithoutPeriod => "预付费实例需要参数 RegistryChargePrepaid".to_owned(),
        Error::TooManyTagsInRequest { found, limit } => {
            format!("一个请求中的标签过多：共 {found} 个，最多 {limit} 个")
        }
        Error::TooManyResources { found, limit } => {
            format!("一个请求中的资源过多：共 {found} 个，最多 {limit} 个")
        }
        Error::InvalidResource { resource, fault } => {
            format!("资源 `{resource}` 无效：{}", resource_fault(*fault))
        }
        Error::TagAttached(key) => format!("资源已有标签 `{key}`"),
        Error::TagNotAttached(key) => format!("资源没有标签 `{key}`"),
        Error::TooManyCalls { action, rate } => {
            format!("接口 `{action}` 调用过于频繁：同一调用者在一个地域内每秒最多 {rate} 次，请稍后重试")
        }
        Error::TooManyTags { found, limit } => format!("标签过多：共 {found} 个，最多 {limit} 个"),

        Error::NothingToMove => "没有可迁移的内容：`storage.previous` 未指定存储".to_owned(),
        Error::MoveUnderWay => "另一个进程正在迁移内容".to_owned(),
        Error::StorageNotFound { name, known } => {
            let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("存储 `{name}` 不存在，配置中的存储有 {}", known.join("、"))
        }
        Error::StorageUnknown { instance, storage } => {
            format!("实例 `{instance}` 的内容位于存储 `{storage}`，而当前进程的 `[stores]` 中没有该存储")
        }
        Error::StorageUnchanged { instance, storage } => {
            format!("实例 `{instance}` 的内容已在存储 `{storage}` 中")
        }
        Error::StorageTwice { one, other } => {
            format!("存储 `{one}` 与 `{other}` 实为同一位置，无法在两者之间迁移")
        }
        Error::StorageMoveUnderWay { instance, target } => {
            format!("实例 `{instance}` 的内容正在迁移到存储 `{target}`，请等待完成")
        }
        Error::StorageRegion { instance, region } => {
            format!(
                "TargetRegion 无效：实例 `{instance}` 位于地域 `{region}`，其内容只能迁移到该地域的其他存储"
            )
        }
        Error::SigningKeyNotFound(id) => format!("除最新密钥外，不存在签名密钥 {id}"),
        Error::AccountNotFound(uin) => format!("账号 {uin} 不存在"),
        Error::Unauthorized { action, resource } => {
            format!("没有权限对资源 ({resource}) 执行操作 ({action})")
        }
        Error::NoMainAccount { uin, owner } => {
            format!("账号 {uin} 是主账号 {owner} 的子账号，此处需要主账号")
        }
        Error::NoSubAccount(uin) => format!("账号 {uin} 不是子账号：主账号拥有全部权限，没有策略"),
        Error::InvalidPolicy(error) => format!("策略文档无效：{error}"),
        Error::PolicyNotFound(name) => format!("策略 `{name}` 不存在"),
        Error::PolicyExists(name) => format!("策略 `{name}` 已存在"),
        Error::PolicyInUse { name, holders } => {
            format!("策略 `{name}` 已关联到 {}，请先解除关联", holders.join("、"))
        }
        Error::TooManyPolicies { holder, limit } => {
            format!("{holder} 关联的策略已达上限 {limit} 个，请合并策略或解除一个")
        }
        Error::RoleNotFound(role) => format!("角色 `{role}` 不存在"),
        Error::RoleExists(name) => format!("角色 `{name}` 已存在"),
        Error::InvalidTrust(error) => format!("角色的载体策略无效：{error}"),
        Error::SessionTooLong { seconds, limit } => {
            format!("DurationSeconds 的取值 {seconds} 不在 1 到 {limit} 之间")
        }
        Error::TemporaryCredential => "临时凭证不能申请临时凭证或长期令牌，请使用访问密钥签名".to_owned(),
        Error::KeyNotFound(id) => format!("访问密钥 {id} 不存在"),
        Error::TooManyKeys { uin, limit } => {
            format!("账号 {uin} 的访问密钥已达上限 {limit} 个，请先轮换或删除一个")
        }

        Error::InstanceNotFound(id) => format!("实例 `{id}` 不存在"),
        Error::InstanceNameTaken(name) => format!("实例名称 `{name}` 已被占用"),
        Error::InstanceNameReserved(name) => format!("实例名称 `{name}` 为系统保留名称"),
        Error::TooManyInstances { uin, limit } => {
            format!("账号 {uin} 的实例已达上限 {limit} 个，请先删除一个")
        }
        Error::EditionTooSmall { instance, edition, quota, used, limit } => {
            format!("实例 `{instance}` 已使用 {quota} {used} 个，而 {edition} 规格的配额为 {limit}")
        }
        Error::WrongRenewal { id, charge_type: ChargeType::PostPaid } => {
            format!("Flag：实例 `{id}` 为按量计费，取值 1 可转为预付费")
        }
        Error::WrongRenewal { id, charge_type: ChargeType::PrePaid } => {
            format!("Flag：实例 `{id}` 已是预付费，取值 0 可续费")
        }
        Error::PaidTooFar(id) => {
            format!("RegistryChargePrepaid.Period：实例 `{id}` 的有效期已到日历的尽头")
        }
        Error::InstanceNotRunning { id, status: InstanceStatus::Isolate } => {
            format!("实例 `{id}` 的状态为 Isolate，不是 Running：预付费已到期，续费前只能拉取")
        }
        Error::InstanceNotRunning { id, status } => format!("实例 `{id}` 的状态为 {status}，不是 Running"),
        Error::DeletionProtected(id) => {
            format!("实例 `{id}` 已开启删除保护，请先关闭 DeletionProtection")
        }

        Error::InstanceTokenNotFound(id) => format!("长期访问凭证 `{id}` 不存在"),

        Error::NamespaceNotFound(name) => format!("命名空间 `{name}` 不存在，请先创建"),
        Error::NamespaceExists(name) => format!("命名空间 `{name}` 已存在"),
        Error::NamespaceNotEmpty { name, repositories } => {
            format!("命名空间 `{name}` 中还有 {repositories} 个仓库，请先删除")
        }

        Error::ServiceAccountNotFound(name) => format!("服务级账号 `{name}` 不存在"),
        Error::ServiceAccountExists(name) => format!("服务级账号 `{name}` 已存在"),
        Error::InvalidServiceAccount { name, rule } => {
            format!("{name} 的取值无效：{}", service_account_rule(*rule))
        }

        Error::RepositoryNotFound(name) => format!("仓库 `{name}` 不存在"),
        Error::RepositoryExists(name) => format!("仓库 `{name}` 已存在"),
        Error::RepositoryNotEmpty { name, tags } => {
            format!("仓库 `{name}` 中还有 {tags} 个镜像版本，请先删除，或设置 ForceDelete")
        }

        Error::ManifestNotFound { reference, repository } => {
            format!("仓库 `{repository}` 中不存在 manifest `{reference}`")
        }
        Error::TagExists { tag, repository } => {
            format!("仓库 `{repository}` 的镜像版本 `{tag}` 已存在且内容不同，请设置 Override 或更换版本")
        }
        Error::ConfigTooLarge { digest, size, limit } => {
            format!("镜像配置 {digest} 有 {size} 字节，最多展示 {limit} 字节，请以 blob 方式拉取")
        }
        Error::TooManyBelongings { repository, limit } => {
            format!("仓库 `{repository}` 中属于该镜像的 manifest 超过 {limit} 个，请使用客户端复制")
        }
        Error::InvalidManifest(reason) => format!("manifest 无效：{reason}"),
        Error::UnknownMediaType(media_type) => format!("不支持 `{media_type}` 类型的 manifest"),
        Error::ManifestTooLarge { limit } => format!("manifest 超过 {limit} 字节"),
        Error::ManifestContentMissing { repository, missing } => {
            let missing: Vec<_> = missing.iter().map(wharf_model::Digest::as_str).collect();
            format!("仓库 `{repository}` 缺少该 manifest 所需的内容：{}", missing.join("、"))
        }
        Error::TooManyLinks { found, limit } => {
            format!("manifest 中的描述符过多：共 {found} 个，最多 {limit} 个")
        }
        Error::IndexTooDeep { found, limit } => format!("索引嵌套过深：共 {found} 层，最多 {limit} 层"),
        Error::TooManyPushedTags { found, limit } => {
            format!("一次推送的标签过多：共 {found} 个，最多 {limit} 个")
        }
        Error::ContentInUse { repository, digest } => {
            format!("仓库 `{repository}` 中有 manifest 引用 {digest}，请先删除该 manifest")
        }
        Error::DigestMismatch { expected, actual } => format!("内容的摘要为 {actual}，而不是 {expected}"),

        Error::BlobNotFound { digest, repository } => format!("仓库 `{repository}` 中不存在 blob {digest}"),
        Error::BlobTooLarge { limit } => format!("blob 超过 {limit} 字节"),
        Error::TooManyUploads { instance, limit } => {
            format!("实例 `{instance}` 未完成的上传已达上限 {limit} 个，请先完成或取消一部分")
        }
        Error::QuotaExceeded { instance, edition, quota, limit } => {
            format!("实例 `{instance}`（{edition}）的{}配额为 {limit}，已达上限", things(*quota))
        }
        Error::UploadNotFound(id) => format!("上传会话 `{id}` 不存在"),
        Error::UploadBusy(id) => format!("另一个请求正在写入上传会话 `{id}`"),
        Error::UploadOutOfOrder { received, start } => {
            format!("上传会话已接收 {received} 字节，而该分块从第 {start} 字节开始")
        }
        Error::BodyBroken(reason) => format!("请求体传输中断：{reason}"),

        Error::WrongMasterKey { .. } | Error::Store(_) | Error::Content(_) | Error::Internal(_) => {
            Message::internal().chinese
        }
    }
}

fn things(quota: Quota) -> &'static str {
    match quota {
        Quota::Namespaces => "命名空间",
        Quota::Repositories => "仓库",
        Quota::Tags => "单个仓库的镜像版本",
        Quota::ServiceAccounts => "服务级账号",
        Quota::Tokens => "长期访问凭证",
    }
}

fn illegal_name(name: &InvalidName) -> String {
    let (kind, rule) = match name.kind() {
        NameKind::AccountNumber => ("账号 ID", "只能包含数字，最多 18 位"),
        NameKind::Completeness => ("完整性要求", "可选值为 strict、sparse-indexes、sparse"),
        NameKind::Digest => ("摘要", "以 sha256: 或 sha512: 开头，后接小写十六进制数字"),
        NameKind::Edition => ("RegistryType", "可选值为 basic、standard、premium"),
        NameKind::InstanceId => ("实例 ID", "以 tcr- 开头，后接 8 个小写字母或数字"),
        NameKind::Instance => ("实例名称", "2 到 50 个字母或数字，中间可用单个连字符分隔"),
        NameKind::InstanceStatus => ("实例状态", "须为 DescribeInstances 返回的状态之一"),
        NameKind::Namespace => {
            ("命名空间名称", "2 到 30 个小写字母或数字，中间可用单个 `.`、`_` 或 `-` 分隔")
        }
        NameKind::Quota => ("配额", "可选值为 namespaces、repositories、tags、service_accounts、tokens"),
        NameKind::Repository => ("仓库名称", "由命名空间、`/` 和仓库组成，最多 255 个字符"),
        NameKind::RepositoryPath => (
            "仓库名称",
            "由 `/` 分隔的若干段组成，每段为小写字母或数字，中间可用 `.`、`_`、`__` 或连字符分隔",
        ),
        NameKind::RoleArn => {
            ("RoleArn", "格式为 qcs::cam::uin/UIN:roleName/NAME 或 qcs::cam::uin/UIN:role/ID")
        }
        NameKind::Role => ("角色名称", "1 到 128 个字母、数字或 +=,.@_-"),
        NameKind::ServiceAccount => {
            ("服务级账号名", "1 到 128 个小写字母或数字，中间可用单个 `.`、`_` 或 `-` 分隔")
        }
        NameKind::Session => ("会话名称", "2 到 128 个字母、数字或 +=,.@_-"),
        NameKind::SecretId => ("SecretId", "8 到 64 个字母或数字"),
        NameKind::Storage => ("存储名称", "1 到 32 个小写字母或数字，中间可用单个连字符分隔"),
        NameKind::Severity => ("Severity", "可选值为 low、medium、high"),
        NameKind::Tag => ("镜像版本", "1 到 128 个字母、数字、`_`、`.` 或 `-`，且不以 `.` 或 `-` 开头"),
    };
    format!("`{}` 不是合法的{kind}：{rule}", name.text())
}

fn tag_rule(rule: TagRule) -> &'static str {
    match rule {
        TagRule::KeyEmpty => "标签键不能为空",
        TagRule::KeyLength => "标签键最多 127 个字符",
        TagRule::KeyCharacters => "标签键只能包含字母、数字、+ - = . _ : / @ ( ) [ ] 及中间的空格",
        TagRule::KeyReserved => "标签键不能以 qcs: 或 project 开头",
        TagRule::ValueLength => "标签值最多 255 个字符",
        TagRule::ValueCharacters => "标签值只能包含字母、数字、+ - = . _ : / @ ( ) [ ] 及中间的空格",
        TagRule::Duplicate => "标签键不能重复",
        TagRule::SetAndDeleted => "同一标签键不能同时设置和删除",
    }
}

fn service_account_rule(rule: ServiceAccountRule) -> &'static str {
    match rule {
        ServiceAccountRule::Days => "须为 1 到 36500 天，或 -1 表示永不过期",
        ServiceAccountRule::End => {
            "须为将来的时间，即自 1970 年起的毫秒数，且早于公元 10000 年，或 -1 表示永不过期"
        }
        ServiceAccountRule::Password => {
            "须为 8 到 20 个字符，同时包含大写字母、小写字母和数字，且不含控制字符"
        }
        ServiceAccountRule::PasswordMissing => "Random 为 false 时必须提供密码",
    }
}

fn resource_fault(fault: ResourceFault) -> &'static str {
    match fault {
        ResourceFault::Form => "资源的格式为 qcs::tcr:REGION:uin/UIN:instance/ID 或 …:namespace/ID/NAME",
        ResourceFault::Service => "仅支持 tcr 的资源",
        ResourceFault::Kind => "只有实例和命名空间有标签",
        ResourceFault::Id => "资源 ID 不合法，格式为 instance/ID 或 namespace/ID/NAME",
    }
}

#[cfg(test)]
mod tests {
    use wharf_core::{Error, TagRule};
    use wharf_model::{Edition, InvalidName, NameKind, Quota};

    use super::of;

    fn too_small() -> Error {
        Error::EditionTooSmall {
            instance: "tcr-12345678".parse().unwrap(),
            edition: Edition::Basic,
            quota: Quota::Namespaces,
            used: 51,
            limit: 50,
        }
    }

    #[test]
    fn a_message_names_what_the_english_one_names() {
        let invalid = |text| InvalidName::new(NameKind::Namespace, text);
        for (error, facts) in [
            (Error::InvalidName(invalid("A b")), &["`A b`", "2", "30"][..]),
            (Error::InstanceNotFound("tcr-x".to_owned()), &["`tcr-x`"]),
            (Error::TooManyTags { found: 11, limit: 10 }, &["11", "10"]),
            (Error::InvalidTag { key: "k".to_owned(), rule: TagRule::KeyLength }, &["`k`", "127"]),
            (Error::UploadOutOfOrder { received: 7, start: 9 }, &["7", "9"]),
            (too_small(), &["tcr-12345678", "namespaces", "51", "basic", "50"]),
        ] {
            let (english, chinese) = (error.to_string(), of(&error));
            for fact in facts {
                assert!(english.contains(fact) && chinese.contains(fact), "{english} {chinese}");
            }
            assert!(!chinese.is_ascii());
        }
    }

    #[test]
    fn a_failure_of_the_server_tells_nothing_of_its_inside() {
        assert!(!of(&Error::Internal("a secret".to_owned())).contains("secret"));
    }
}
