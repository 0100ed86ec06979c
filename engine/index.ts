/** The engine: what the floors above may import. */

export type { Channel, Diagnostic, RunnerField, RunnerKind, RunnerKinds } from '../dsl/index.ts';
export type { AttemptFile, ExitFile } from './attempt.ts';
export { type Audit, type AuditOptions, auditRun } from './audit/audit.ts';
export type { AuditRule, Violation } from './audit/violation.ts';
export type * from './bind/binding.ts';
export { digestInputs, readScripts } from './bind/digest-inputs.ts';
export {
  type Fate,
  type Forecast,
  forecastPlan,
  type History,
  type StepForecast,
} from './bind/forecast.ts';
export { type BinderOptions, makeBinder } from './bind/make-binder.ts';
export { stubBinder, stubProgram } from './bind/stub.ts';
export { systemClock } from './clock.ts';
export { comparablePlan } from './compare/comparable.ts';
export {
  type Comparison,
  type ComparisonReason,
  comparePlans,
  type StepComparison,
} from './compare/compare.ts';
export type { SettingChange } from './compare/settings.ts';
export { type InProcessOptions, inProcess as inProcessDispatcher } from './dispatch/in-process.ts';
export { type Link, type Linked, linkTo, shownUrl } from './dispatch/redis/link.ts';
export { type OffersOptions, redisOffers } from './dispatch/redis/offers.ts';
export { type Remains, remoteRunner } from './dispatch/redis/remote-runner.ts';
export { placeName } from './dispatch/redis/wire.ts';
export { type Workers, workersOf } from './dispatch/redis/workers.ts';
export { type Folded, foldJournal } from './drive/fold.ts';
export type { Delivery, Departure, DriveOptions, Driving } from './drive/options.ts';
export type { Recorder, Success } from './drive/record.ts';
export { drive } from './drive.ts';
export { environmentOf } from './environment.ts';
export {
  type Boundary,
  boundaries,
  type Failpoint,
  type FailpointName,
  failpointNames,
} from './failpoint/names.ts';
export { runnerWithFailpoint, withFailpoint } from './failpoint/ports.ts';
export { diskFiles, memoryFiles } from './files.ts';
export {
  type Graph,
  type GraphEdge,
  type GraphNode,
  instanceGraph,
  type StepEdge,
  type StepGraphJson,
  type StepNode,
  stepGraph,
} from './graph/graph-json.ts';
export { type GraphFormat, graphFormats, graphText } from './graph/graph-text.ts';
export { type AnswerFile, answerPath, type InboxFile, inboxPath } from './inbox.ts';
export { journalFiles } from './journal/backup-file.ts';
export { thisHolder } from './journal/holder.ts';
export {
  openIndex,
  type RecordedResult,
  type ResultIndex,
  type RunRow,
  reuseLookup,
} from './journal/index-db.ts';
export { leaseState } from './journal/lease.ts';
export {
  type JournalReader,
  type OpenedReader,
  openForReading,
} from './journal/reader.ts';
export { type Restored, restoreJournal } from './journal/restore.ts';
export { type JournalOptions, type OpenedJournal, openJournal } from './journal/sqlite.ts';
export { JournalUnreadable } from './journal/unreadable.ts';
export { lockName, lockText, type Remote } from './library/lock.ts';
export { lockLibraries, type Repositories } from './library/write-lock.ts';
export { type LoadOptions, linkFile, load, readProgram } from './load.ts';
export type { Loaded, LoadedFile } from './loaded.ts';
export { applyOffline, type OfflineAnswer, type OfflineOptions } from './offline.ts';
export { formatCount } from './plan/format.ts';
export { instanceAt, instanceName, keysOf, locate, type Place } from './plan/instance.ts';
export { makePlan, type PlanOptions } from './plan/make-plan.ts';
export type * from './plan/plan.ts';
export * from './plan/relation.ts';
export { restrictPlan } from './plan/restrict.ts';
export { isWholePlan, type Sample, type Slice } from './plan/slice.ts';
export {
  type InputSummary,
  type PlanSummary,
  planSummary,
  type StepSummary,
} from './plan/summary.ts';
export { planText } from './plan/summary-text.ts';
export * from './ports.ts';
export { type Publication, publications } from './publish.ts';
export { wrongTargets } from './publish-plan.ts';
export type { FailurePolicy, RunCreated, RunEvent } from './run/event.ts';
export { eventText } from './run/event-text.ts';
export { type Explanation, explainInstance, type Need } from './run/explain.ts';
export type { Arrival, Intervention, Overrides, Select } from './run/intervene.ts';
export { retryTargets } from './run/intervene.ts';
export { madeAnew } from './run/made-anew.ts';
export { type NoticeMessage, noticesOf } from './run/notify.ts';
export { type Recorded as RecordedEvent, reduce } from './run/reduce.ts';
export { attemptDirectory, resultOf, standingsOf } from './run/result.ts';
export { type RollbackTargets, rollbackTargets, undoOrder } from './run/rollback.ts';
export { rulesOf, type StepRules } from './run/rules.ts';
export { notRunnable } from './run/runnable.ts';
export type { Lookup, Timings } from './run/scene.ts';
export type { RunState } from './run/state.ts';
export type { InstanceState, RunStateName } from './run/states.ts';
export {
  type FailureView,
  failuresOf,
  growthProblems,
  type RunStatus,
  type StepStatus,
  type SuspectView,
  statusOf,
  suspectsOf,
} from './run/status.ts';
export { type UsedSecret, usedSecrets } from './secrets.ts';
export { selectorOver } from './select.ts';
export { askedInPlan, askedInText } from './site/asked.ts';
export { bindSite, sitePath } from './site/bind-site.ts';
export type { BoundSite } from './site/bound-site.ts';
export { findSite, type KnownSite, knownSites, type SitePlaces } from './site/find-site.ts';
export { runnerAmount } from './site/maxima.ts';
export { misfits } from './site/misfits.ts';
export { missingPlaces } from './site/places.ts';
export { readSite, type SiteChoice } from './site/read-site.ts';
export { type Serving, serveSite, type WorkerOptions } from './worker.ts';
