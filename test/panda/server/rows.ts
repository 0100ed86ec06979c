/** The one queue of the test server. */
export const QUEUE = 'BNL-LSST';
/** Its site: what `PandaSite` of a task has to be. */
export const SITE = 'BNL';

/** What the server knows of the queue: the fields of a real one that a pilot, a job or a brokerage asks for. */
const queue = {
  name: QUEUE,
  nickname: QUEUE,
  siteid: QUEUE,
  panda_resource: QUEUE,
  panda_queue: QUEUE,
  atlas_site: QUEUE,
  rc_site: SITE,
  gocname: SITE,
  rc_country: 'US',
  type: 'unified',
  resource_type: 'GRID',
  status: 'online',
  state: 'ACTIVE',
  site_state: 'ACTIVE',
  cloud: 'LSST',
  country: 'US',
  region: 'US',
  tier_level: 2,
  vo_name: 'wlcg',
  workflow: 'pull_ups',
  capability: 'ucore',
  corecount: 8,
  corepower: 10,
  fairsharepolicy: '',
  maxinputsize: 100_000,
  maxrss: 16_000,
  minrss: 0,
  maxtime: 172_800,
  mintime: 0,
  maxwdir: 100_000,
  space: 1_000_000,
  catchall: 'allow_no_pilot',
  jobseed: 'std',
  is_cvmfs: true,
  is_default: true,
  allow_lan: true,
  allow_wan: true,
  use_newmover: 'True',
  copytools: { mv: { setup: '' } },
  acopytools: { pr: ['mv'], pw: ['mv'] },
  astorages: {},
  container_type: '',
  container_options: '',
  pilot_manager: 'local',
  queues: [],
  params: {},
  releases: ['AUTO'],
  releases_ok: true,
  validatedreleases: 'True',
  wnconnectivity: 'full',
};

/** States of a task that JEDI may have to do something about. */
const liveStates = [
  ...['registered', 'defined', 'assigning', 'ready', 'pending', 'scouting', 'scouted', 'running'],
  ...['prepared', 'topreprocess', 'preprocessing', 'paused', 'throttled', 'exhausted', 'staging'],
  ...['staged', 'toabort', 'aborting', 'finishing', 'passed', 'toretry', 'toincexec', 'rerefine'],
  ...['toreassign', 'tobroken', 'done'],
];

/** SQL that fills the empty database of `tablesSql` with what an operator would have set up. */
export function rowsSql(): string {
  return `
insert into doma_panda.pandadb_version values ('PanDA', 0, 1, 6);
insert into doma_panda.config (app, component, key, value, type, vo, descr) values
  ('pandaserver', 'job_timeout', 'TIMEOUT_defined', '30', 'int', 'wlcg', 'minutes'),
  ('pandaserver', 'job_timeout', 'TIMEOUT_holding', '30', 'int', 'wlcg', 'minutes');
insert into doma_panda.jedi_work_queue (queue_id, queue_name, queue_type, vo, queue_function) values
  (1, 'test', 'test', 'wlcg', 'Resource'),
  (2, 'managed', 'managed', 'wlcg', 'Resource'),
  (3, 'user', 'user', 'wlcg', 'Resource');
insert into doma_panda.resource_types values
  ('Undefined', null, null, null, null),
  ('SCORE', 1, 1, null, 2000),
  ('SCORE_HIMEM', 1, 1, 2001, null),
  ('MCORE', 2, null, null, 2000),
  ('MCORE_HIMEM', 2, null, 2001, null);
insert into doma_panda.site values ('${SITE}', 'satellite', 2, 'ACTIVE');
insert into doma_panda.panda_site values ('${QUEUE}', '${SITE}', '${SITE}', null, 'Y');
insert into doma_panda.schedconfig_json values
  ('${QUEUE}', '${JSON.stringify(queue)}', now() at time zone 'utc');
-- In production the lowest id of each state, refreshed by a job of the database: a bound that makes searches shorter.
insert into doma_panda.jedi_aux_status_mintaskid values
  ${liveStates.map((state) => `('${state}', 0)`).join(', ')};
`;
}
