//! Tokens: none but those that were issued verify, whatever is changed in them, taken from them or put before them.

use std::sync::{Arc, LazyLock};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wharf_blob::{BlobStore, Options};
use wharf_core::{
    Content, Core, Identity, Limits, MasterKey, NewInstance, Operator, Principal, RootPreset, Scope, Target,
    TokenKind, fuzzing,
};
use wharf_db::Store;
use wharf_model::{Actions, Edition, REGIONS, Timestamp, Uin};

static ISSUED: LazyLock<Issued> = LazyLock::new(Issued::new);

/// A core and what it issued.
struct Issued {
    _folder: TempDir,
    _runtime: Runtime,
    core: Core,
    bearer: String,
    instance_token: String,
}

/// Takes the first byte as what the others are: a token, changes to an issued one, or parts of a forged one.
pub fn check(input: &[u8]) {
    let issued = &*ISSUED;
    let Some((way, input)) = input.split_first() else { return };
    let token = if way & 1 == 0 { &issued.bearer } else { &issued.instance_token };
    match way >> 1 & 3 {
        0 => issued.refuses(&String::from_utf8_lossy(input)),
        1 => issued.refuses_unless_issued(&xored(token, input)),
        2 => issued.refuses_unless_issued(&spliced(token, input)),
        _ => issued.refuses(&forged(token, input)),
    }
}

impl Issued {
    fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let folder = TempDir::new().expect("a folder");
        let (core, bearer, instance_token) = runtime.block_on(issue(&folder));
        let issued = Self { _folder: folder, _runtime: runtime, core, bearer, instance_token };
        assert!(fuzzing::bearer(&issued.core, &issued.bearer).is_some());
        assert!(is_instance_token(&issued.core, &issued.instance_token));
        // Neither passes for the other.
        assert!(fuzzing::bearer(&issued.core, &issued.instance_token).is_none());
        assert!(!is_instance_token(&issued.core, &issued.bearer));
        issued
    }

    fn refuses_unless_issued(&self, token: &str) {
        if token != self.bearer && token != self.instance_token {
            self.refuses(token);
        }
    }

    fn refuses(&self, token: &str) {
        assert!(fuzzing::bearer(&self.core, token).is_none(), "`{token}` passes for a bearer token");
        assert!(!is_instance_token(&self.core, token), "`{token}` passes for an instance token");
    }
}

fn is_instance_token(core: &Core, token: &str) -> bool {
    fuzzing::instance_token(core, token).is_some()
}

/// The token with some of its characters changed: two bytes say where, one says how.
fn xored(token: &str, changes: &[u8]) -> String {
    let mut bytes = token.as_bytes().to_vec();
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_be_bytes([change[0], change[1]])) % bytes.len();
        bytes[place] = (bytes[place] ^ change[2]) & 0x7f;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The token with a piece of it replaced: two bytes say from where, one how much.
fn spliced(token: &str, change: &[u8]) -> String {
    let Some((&[high, low, length], piece)) = change.split_first_chunk::<3>() else {
        return token.to_owned();
    };
    let from = usize::from(u16::from_be_bytes([high, low])) % token.len();
    let to = (from + usize::from(length)).min(token.len());
    format!("{}{}{}", &token[..from], String::from_utf8_lossy(piece), &token[to..])
}

/// An issued token's claims under another header, with another signature: whatever the algorithm is said to be.
fn forged(token: &str, input: &[u8]) -> String {
    let mut parts = token.split('.');
    let (header, claims) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let header = BASE64_URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    let header = String::from_utf8_lossy(&header).into_owned();
    let algorithms = ["none", "HS256", "HS512", "RS256", "RS384", "PS256", "ES256", "EdDSA"];
    let choice = input.first().map_or(0, |byte| usize::from(*byte) % algorithms.len());
    let header = header.replace("RS256", algorithms[choice]);
    let signature = BASE64_URL_SAFE_NO_PAD.encode(input.get(1..).unwrap_or_default());
    format!("{}.{claims}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(header))
}

async fn issue(folder: &TempDir) -> (Core, String, String) {
    let database = format!("sqlite:{}", folder.path().join("wharf.db").display());
    let store = Store::open(&database, &wharf_db::Options::default()).expect("a store");
    let options = Options { spool: folder.path().join("spool"), credentials: None, redirect: None };
    let content = BlobStore::open(&format!("file:{}", folder.path().join("content").display()), &options);
    let content = Content { current: content.expect("a store"), previous: None, named: Arc::default() };
    let master_key: MasterKey = MasterKey::generate().expect("random bytes").parse().expect("a key");
    let limits =
        Limits { bearer_lifetime: std::time::Duration::from_secs(10 * 365 * 86_400), ..Limits::default() };
    let core = Core::open(store, content, master_key, limits, "localhost").await.expect("a core");
    core.create_root_account(RootPreset::default()).await.expect("an account");
    let operator = Operator {
        owner: Uin::ROOT,
        uin: Uin::ROOT,
        principal: Principal::Root,
        action: "tcr:CreateInstance".into(),
        region: &REGIONS[0],
        address: None,
        time: Timestamp::now(),
        session: None,
    };
    let instance = NewInstance {
        name: "acme".to_owned(),
        edition: Edition::Basic,
        region: &REGIONS[0],
        prepaid: None,
        deletion_protection: false,
        versioning: false,
        tags: Vec::new(),
    };
    let id = core.create_instance(operator.clone(), instance).await.expect("an instance");
    core.deploy_instance(id.clone()).await.expect("a running instance");
    let kind = TokenKind::LongTerm { description: String::new() };
    let token = core.create_instance_token(operator, id.clone(), kind).await.expect("a token");
    let target = Target { instance: "acme".to_owned(), repository: "team/app".parse().expect("a name") };
    let identity =
        Identity::Account { uin: Uin::ROOT, instance: id, token_id: token.token_id, session: None };
    let scopes = vec![Scope { target, actions: Actions::ALL }];
    let issued = core.issue_bearer("http://localhost", identity, scopes, None).await;
    let (issued, _, _) = issued.expect("a token");
    (core, issued.to_string(), token.token)
}
