//! What instances are paid for in advance: periods of calendar months, and what happens when one ends.

use wharf_db::{
    Transaction,
    audit_events::{self, AuditEvent},
    instances,
};
use wharf_model::{ChargeType, InstanceId, InstanceStatus, RenewFlag, Timestamp, policy::ResourcePath};

use super::{not_running, owned_instance};
use crate::{
    Core, Error, Instance, Operator,
    queue::{EventKind, emit},
};

/// Instances that are looked at before others may write again.
const BATCH: u64 = 100;

/// What an instance is to be paid for (`RenewInstance`).
#[derive(Clone, Copy, Debug)]
pub struct Renewal {
    /// How it is paid so far: in advance for one that is renewed, by use for one that is to be so from now on.
    pub from: ChargeType,
    /// Months.
    pub months: i64,
    /// What happens at their end.
    pub renew_flag: RenewFlag,
}

/// What was done with instances whose paid period, or whose grace after it, had ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeriodsSettled {
    /// Those that renewed themselves.
    pub renewed: u64,
    /// Those that became Isolate.
    pub isolated: u64,
    /// Those that are being deleted.
    pub deleted: u64,
}

impl Core {
    /// Pays an instance for a period that begins where the last one ends, or now where that is over. One that is
    /// Isolate is in use again.
    ///
    /// # Errors
    /// When the account has no such instance, it is being deleted, the operator may not, it is not paid as `renewal`
    /// says, or the calendar ends before the period does.
    pub async fn renew_instance(
        &self,
        operator: Operator,
        id: InstanceId,
        renewal: Renewal,
    ) -> Result<(), Error> {
        let now = Self::now();
        self.write(move |tx| {
            let mut instance = owned_instance(tx, &operator, &id, ResourcePath::Instance(&id))?;
            if instance.charge_type != renewal.from {
                return Err(Error::WrongRenewal { id: id.clone(), charge_type: instance.charge_type });
            }
            if instance.status == InstanceStatus::Deleting {
                return Err(not_running(&instance));
            }
            if instance.status == InstanceStatus::Isolate {
                instance.status = InstanceStatus::Running;
                instance.isolated_at = None;
            }
            instance.charge_type = ChargeType::PrePaid;
            instance.renew_flag = renewal.renew_flag;
            instance.period_months = renewal.months;
            let is_over = instance.expires_at.is_none_or(|end| end <= now);
            if is_over {
                (instance.paid_from, instance.expires_at) = (Some(now), Some(now));
            }
            if !prolong(&mut instance) {
                return Err(Error::PaidTooFar(id.clone()));
            }
            Ok(instances::set_payment(tx, &instance)?)
        })
        .await
    }

    /// Does what is due at `now`: an instance whose paid period ended gets its next ones where it renews itself, and
    /// becomes Isolate where not; one whose grace after that ended goes, with its content and whether it is protected
    /// from deletion or not. Several processes may do this at once.
    ///
    /// # Errors
    /// When the store fails; what was done until then stays, and the next call goes on.
    pub async fn settle_periods(&self, now: Timestamp) -> Result<PeriodsSettled, Error> {
        let mut settled = PeriodsSettled::default();
        loop {
            let ended = self.read(move |tx| Ok(instances::list_ended(tx, now, BATCH)?)).await?;
            if ended.is_empty() {
                break;
            }
            for Instance { id, .. } in ended {
                match self.write(move |tx| end_period(tx, &id, now)).await? {
                    Some(InstanceStatus::Running) => settled.renewed += 1,
                    Some(_) => settled.isolated += 1,
                    None => {}
                }
            }
        }
        let isolated_by = now.minus(self.limits.prepaid_grace);
        loop {
            let over = self.read(move |tx| Ok(instances::list_isolated(tx, isolated_by, BATCH)?)).await?;
            if over.is_empty() {
                break;
            }
            for Instance { id, .. } in over {
                if self.write(move |tx| end_grace(tx, &id, isolated_by, now)).await? {
                    settled.deleted += 1;
                }
            }
        }
        if settled.deleted > 0 {
            self.work.notify_one();
        }
        Ok(settled)
    }
}

/// What became of an instance whose period is over; nothing, where another process was faster.
fn end_period(
    tx: &Transaction<'_>,
    id: &InstanceId,
    now: Timestamp,
) -> Result<Option<InstanceStatus>, Error> {
    let found = instances::find(tx, id)?;
    let is_due = |instance: &Instance| {
        instance.status == InstanceStatus::Running && instance.expires_at.is_some_and(|end| end <= now)
    };
    let Some(mut instance) = found.filter(is_due) else { return Ok(None) };
    if instance.renew_flag == RenewFlag::Automatic {
        while is_due(&instance) && prolong(&mut instance) {}
    }
    if is_due(&instance) {
        instance.status = InstanceStatus::Isolate;
        instance.isolated_at = Some(now);
    }
    instances::set_payment(tx, &instance)?;
    let action = if is_renewed(&instance) { "RenewInstance" } else { "IsolateInstance" };
    note(tx, &instance, action, now)?;
    Ok(Some(instance.status))
}

fn is_renewed(instance: &Instance) -> bool {
    instance.status == InstanceStatus::Running
}

/// Whether the instance goes now; not, where another process was faster or it was renewed.
fn end_grace(
    tx: &Transaction<'_>,
    id: &InstanceId,
    isolated_by: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    let found = instances::find(tx, id)?;
    let is_due = |instance: &Instance| {
        instance.status == InstanceStatus::Isolate && instance.isolated_at.is_some_and(|at| at <= isolated_by)
    };
    let Some(instance) = found.filter(is_due) else { return Ok(false) };
    instances::set_deleting(tx, id, true)?;
    emit(tx, EventKind::InstanceDeleting, id.as_str())?;
    note(tx, &instance, "DeleteInstance", now)?;
    Ok(true)
}

/// Moves the end of what is paid for by one period. Whole months from where it began: a period from a 31st ends on a
/// shorter month's last day, and the next on a 31st again. Says whether the calendar has room for it.
fn prolong(instance: &mut Instance) -> bool {
    let Some(end) = instance.expires_at else { return false };
    let from = instance.paid_from.unwrap_or(end);
    let later = from.plus_months(from.months_until(end).saturating_add(instance.period_months));
    instance.paid_from = Some(from);
    instance.expires_at = Some(later.max(end));
    later > end
}

/// The event of what the registry does by itself.
fn note(tx: &Transaction<'_>, instance: &Instance, action: &str, now: Timestamp) -> Result<(), Error> {
    let expired_at = instance.expires_at.map(Timestamp::to_china_time);
    let event = AuditEvent {
        time: now,
        request_id: None,
        account: None,
        owner: Some(instance.uin),
        credential: None,
        address: None,
        product: "worker".to_owned(),
        action: action.to_owned(),
        region: Some(instance.region.clone()),
        resource: Some(instance.id.to_string()),
        code: None,
        message: None,
        user_agent: None,
        parameters: expired_at.map(|end| format!(r#"{{"ExpiredAt":"{end}"}}"#)),
    };
    Ok(audit_events::insert(tx, &event)?)
}

#[cfg(test)]
mod tests {
    use wharf_model::{
        ChargeType, Completeness, Edition, InstanceStatus, RenewFlag, StorageName, Timestamp, Uin,
    };

    use super::prolong;
    use crate::Instance;

    /// 2026-01-31 12:00:00 UTC
    const END_OF_JANUARY: Timestamp = Timestamp::from_microseconds(1_769_860_800_000_000);

    fn paid(paid_from: Option<Timestamp>, expires_at: Option<Timestamp>, period_months: i64) -> Instance {
        Instance {
            id: "tcr-12345678".parse().unwrap(),
            uin: Uin::ROOT,
            name: "acme".parse().unwrap(),
            edition: Edition::Basic,
            region: "ap-guangzhou".to_owned(),
            status: InstanceStatus::Running,
            charge_type: ChargeType::PrePaid,
            renew_flag: RenewFlag::Automatic,
            expires_at,
            paid_from,
            period_months,
            isolated_at: None,
            deletion_protection: false,
            delete_bucket: false,
            versioning: false,
            completeness: Completeness::Strict,
            namespace_count: 0,
            repository_count: 0,
            created_at: END_OF_JANUARY,
            storage: StorageName::default(),
        }
    }

    #[test]
    fn periods_keep_to_the_day_on_which_they_began() {
        let mut instance = paid(Some(END_OF_JANUARY), Some(END_OF_JANUARY), 1);
        let mut ends = Vec::new();
        for _ in 0..4 {
            assert!(prolong(&mut instance));
            ends.push(instance.expires_at.unwrap().to_utc_date());
        }
        assert_eq!(ends, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]);
        instance.period_months = 21;
        assert!(prolong(&mut instance));
        assert_eq!(instance.expires_at.unwrap().to_utc_date(), "2028-02-29");
    }

    /// As instances are that a program made that kept no beginning.
    #[test]
    fn without_a_beginning_periods_follow_the_end() {
        let mut instance = paid(None, Some(END_OF_JANUARY), 2);
        assert!(prolong(&mut instance));
        assert_eq!(instance.expires_at.unwrap().to_utc_date(), "2026-03-31");
        assert_eq!(instance.paid_from, Some(END_OF_JANUARY));
    }

    #[test]
    fn where_the_calendar_ends_nothing_is_prolonged() {
        let end = END_OF_JANUARY.plus_months(95_600);
        let mut instance = paid(Some(END_OF_JANUARY), Some(end), 100_000);
        assert!(!prolong(&mut instance));
        assert_eq!(instance.expires_at, Some(end));
        assert!(!prolong(&mut paid(None, None, 1)));
    }
}
