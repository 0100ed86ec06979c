import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cache } from './cache.ts';

/** Where a server is and what it listens on. */
export interface Place {
  readonly directory: string;
  readonly port: number;
  readonly cache: Cache;
}

type Section = Readonly<Record<string, string | number | boolean>>;

const schemas: Section = {
  schemaPANDA: 'DOMA_PANDA',
  schemaMETA: 'DOMA_PANDAMETA',
  schemaPANDAARCH: 'DOMA_PANDAARCH',
  schemaJEDI: 'DOMA_PANDA',
  schemaDEFT: 'DOMA_DEFT',
};

/** Writes the server's and JEDI's configuration below `etc/panda` of the directory. */
export function writeSettings(place: Place): void {
  const etc = join(place.directory, 'etc/panda');
  mkdirSync(etc, { recursive: true });
  const logs = join(place.directory, 'logs');
  writeFileSync(
    join(etc, 'panda_common.cfg'),
    text({
      logger: { ...nobodyListens, logdir: logs, rotating_policy: 'none', log_level: 'INFO' },
    }),
  );
  writeFileSync(join(etc, 'panda_server.cfg'), text({ server: serverSection(place) }));
  writeFileSync(join(etc, 'panda_jedi.cfg'), text(jediSections(place)));
}

/** Where the server would send its log records to as well. */
const nobodyListens: Section = {
  loghost: '127.0.0.1',
  'monport-apache': 9,
  method: 'GET',
  encoding: 'url',
  monurlprefix: '/none',
  nemitters: 1,
  migrated: true,
};

function databaseSection(place: Place): Section {
  return {
    backend: 'postgres',
    dbhost: join(place.directory, 'socket'),
    dbport: 5432,
    dbuser: 'panda',
    dbpasswd: 'none',
    dbname: 'panda_db',
    ...schemas,
  };
}

function serverSection(place: Place): Section {
  const packages = place.cache.sitePackages;
  const dummy = 'any:pandaserver.dataservice';
  return {
    ...databaseSection(place),
    logdir: join(place.directory, 'logs'),
    loggername: 'prod',
    cache_dir: join(place.directory, 'public/cache'),
    nDBConnection: 4,
    usedbtimeout: true,
    dbtimeout: 60,
    dbbridgeverbose: false,
    dump_sql: false,
    cursor_dump: false,
    pserverhost: '127.0.0.1',
    pserverport: place.port,
    pserverporthttp: place.port,
    pserverportcache: place.port,
    pserveralias: '127.0.0.1',
    keyDir: join(place.directory, 'keys'),
    native_python: join(packages, '../../../bin'),
    native_python32: join(packages, '../../../bin'),
    pandaCommon_dir: join(packages, 'pandacommon'),
    pandaPython_dir: join(packages, 'pandaserver'),
    home_dir_cwd: place.directory,
    emailSMTPsrv: '127.0.0.1',
    emailSender: 'none@localhost',
    emailLogin: 'none',
    emailPass: 'none',
    entryVerbose: false,
    nrun_interval: 5,
    nrun_hosts: 1,
    nrun_snum: 0,
    record_statuschange: true,
    useJEDI: true,
    adder_plugins: `${dummy}.adder_dummy_plugin:AdderDummyPlugin`,
    setupper_plugins: `${dummy}.setupper_dummy_plugin:SetupperDummyPlugin`,
    production_dns: 'Robot,Pilot',
    token_authType: 'oidc',
    auth_config: join(place.directory, 'auth'),
    legacy_token_issuers: '',
  };
}

/** JEDI's loops turn every three seconds here instead of every ten to six hundred. */
const LOOP_SECONDS = 3;

function jediSections(place: Place): Readonly<Record<string, Section>> {
  const loop = { loopCycle: LOOP_SECONDS, nWorkers: 5 };
  const one = { ...loop, procConfig: '::1' };
  const generic = (module: string, name: string) => `wlcg:any:pandajedi.${module}.${name}:${name}`;
  return {
    master: { uname: '', gname: '', loggername: 'jedi' },
    db: { ...databaseSection(place), nWorkers: 5 },
    ddm: { modConfig: '', voWithScope: 'atlas', user_scope_in_lowercase: true },
    confeeder: { ...loop, procConfig: 'wlcg:any:1', checkInterval: 5 },
    taskrefine: { ...one, modConfig: `${generic('jedirefine', 'GenTaskRefiner')}:any` },
    jobbroker: { modConfig: generic('jedibrokerage', 'GenJobBroker') },
    jobthrottle: { modConfig: generic('jedithrottle', 'GenJobThrottler') },
    jobgen: {
      ...loop,
      procConfig: 'wlcg:any:1:',
      nTasks: 50,
      nFiles: 5000,
      lockInterval: 5,
      typicalNumFile: ':::logmerge:1000000',
    },
    postprocessor: { ...one, modConfig: generic('jedipprocess', 'GenPostProcessor'), nTasks: 50 },
    watchdog: {
      modConfig: generic('jedidog', 'GenWatchDog'),
      procConfig: 'wlcg:any:1',
      loopCycle: 30,
      waitForPicked: 30,
      waitForPending: 60,
      timeoutForPending: 7,
      timeoutForPendingVoLabel: '',
      waitForLocked: 60,
      waitForThrottled: 120,
      waitForExhausted: 48,
      waitForAchieved: 60,
    },
    // There is no generic one; the process is expected to live, so it gets a module of another organization's.
    taskbroker: {
      ...loop,
      modConfig:
        'atlas:managed|test:pandajedi.jedibrokerage.AtlasProdTaskBroker:AtlasProdTaskBroker',
      procConfig: 'wlcg:managed:1',
    },
    tcommando: one,
    taskgen: { modConfig: '' },
    tasksetup: { modConfig: generic('jedisetup', 'GenTaskSetupper') },
    msgprocessor: {},
    mq: {},
  };
}

/** What the server's and JEDI's processes are started with; no address but loopback is known to them. */
export function environmentOf(place: Place): NodeJS.ProcessEnv {
  const url = `http://127.0.0.1:${place.port}`;
  const packages = place.cache.sitePackages;
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    HOME: place.directory,
    PANDA_HOME: place.directory,
    PYTHONPATH: [
      fileURLToPath(new URL('../python', import.meta.url)),
      // Some modules of the server and of JEDI import others by such short names.
      join(packages, 'pandacommon'),
      join(packages, 'pandaserver'),
    ].join(':'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    PANDA_URL: `${url}/server/panda`,
    PANDA_URL_SSL: `${url}/server/panda`,
    PANDACACHE_URL: `${url}/server/panda`,
    PANDA_API_URL: `${url}/api/v1`,
    PANDA_API_URL_SSL: `${url}/api/v1`,
    PANDA_AUTH: 'oidc',
    PANDA_AUTH_VO: 'Rubin:production',
    PANDA_AUTH_ID_TOKEN: `file:${join(place.directory, 'production.token')}`,
    PANDA_BEHIND_REAL_LB: '1',
    PANDA_NO_ROOT: '1',
  };
}

function text(sections: Readonly<Record<string, Section>>): string {
  return Object.entries(sections)
    .map(([name, section]) =>
      [`[${name}]`, ...Object.entries(section).map(([k, v]) => `${k} = ${word(v)}`), ''].join('\n'),
    )
    .join('\n');
}

function word(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return `${value}`;
}
