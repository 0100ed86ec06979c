import type { ExplainPage } from './page.ts';

/** Places to run at: the pages of family E09. */
export const placesPages: readonly ExplainPage[] = [
  {
    code: 'E0901',
    title: 'this can be planned, but not run here',
    text: `The text is right, but this version or this machine cannot run it. These things give this
message: \`previous\` of a step that has keys which another step makes, since what comes before is settled when
planning; and a machine without what the local runner builds on (Linux with \`/proc\` and \`/bin/sh\`).

Nothing was started. Gather what was made in a step of its own, and take that step's \`previous\`.`,
    wrong: `workflow w
param nights: list<int> = [1, 2]
record Field key field { field: string }
step plan for each night in nights {
  out fields: table<Field> = csv("fields.csv")
  script bash """
    plan > fields.csv
  """
}
step start {
  out model: file = "model"
  script bash """
    start > @{model}
  """
}
step sky for each night in nights, f in plan.fields {
  in  before = previous sky.model over night ?? start.model
  out model: file = "model"
  script bash """
    fit @{before} > @{model}
  """
}`,
    right: `workflow w
param nights: list<int> = [1, 2]
step start {
  out model: file = "model"
  script bash """
    start > @{model}
  """
}
step sky for each night in nights {
  in  before = previous sky.model over night ?? start.model
  out model: file = "model"
  script bash """
    fit @{before} > @{model}
  """
}`,
  },
  {
    code: 'E0902',
    title: 'a location that no site fills',
    text: `A \`location\` is a hole in the workflow: each site says where the thing is there. A plan can be made
without a site, and then this is a note. To run, the place must be known: write \`site laptop { runner local
location refcats = "/data/refcats" }\`, a line each, into \`sites/laptop.site\` and give \`--site laptop\`. What is not a
matter of the place is a parameter with a default.`,
    wrong: `workflow w
location refcats: dir
step measure {
  script bash """
    measure --refs @{refcats}
  """
}`,
    right: `workflow w
param refcats: path = "/data/refcats"
step measure {
  script bash """
    measure --refs @{refcats}
  """
}`,
  },
  {
    code: 'E0920',
    title: 'a secret without a value',
    text: `A \`secret\` has no value in the text, and none is ever written to a disk by Braid. When a run starts or
is resumed, its value is taken from the variable \`BRAID_SECRET_<name>\`, else from the variable of the secret's
own name, else from the file \`~/.config/braid/secrets/<name>\`, which only its owner may read (mode 0600). Only
steps whose \`vars\` name the secret get it. Nothing was started.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0921',
    title: 'a secret in a file that others may read',
    text: `A file with a secret is read only if nobody but its owner may read or write it, as ssh does with its
keys: \`chmod 600 ~/.config/braid/secrets/<name>\`. If it was readable for long, change the secret as well.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0930',
    title: 'a Redis that cannot be reached',
    text: `Attempts were to be handed to workers over a Redis, but there is none at this URL, or it does not answer.
Is it running, does it listen there, does a firewall let you through? \`redis-cli -u URL ping\` tells. Nothing was
started. Without \`--redis\` (and without BRAID_REDIS) the attempts of a run are run by the command itself;
\`--redis auto\` starts a Redis of its own.

A Redis that goes away during a run does no harm: what it held is offered again when it returns.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0931',
    title: 'a Redis that is too old',
    text: `Messages are queued by scripts inside Redis which need version 6.2 or later; Valkey is as good. Debian 12,
Ubuntu 22.04 and conda-forge have newer ones.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0932',
    title: 'a Redis that throws keys away',
    text: `With any \`maxmemory-policy\` but \`noeviction\` a Redis whose memory is full throws away keys that it has
said to have. Nothing of a run would be lost, since a run does not rely on it, but the run would crawl: messages have to
be offered again and again. Set \`maxmemory-policy noeviction\` in its configuration file, and at once with
\`redis-cli CONFIG SET maxmemory-policy noeviction\`; or use a Redis of its own.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0933',
    title: 'a Redis that refuses commands',
    text: `The Redis wants a user and a password, or its user may not do what is needed. Give them in the URL
(\`rediss://user:password@host:6379\`), best through the variable BRAID_REDIS, which no list of processes shows. This line
makes a user who may do what is needed and no more:

    ACL SETUSER braid on >PASSWORD ~braid:* &braid:* +@read +@write +@pubsub +@scripting +@connection -@dangerous +info

It may write as well: a replica that only reads, or a Redis whose memory or disk is full, refuses too.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0934',
    title: 'no Redis on this machine',
    text: `\`--redis auto\` looks for \`redis-server\`, then for \`valkey-server\` on PATH and starts it on a private socket,
for as long as the command lives. Install one: Debian and Ubuntu \`apt install redis-server\`, macOS
\`brew install redis\`, conda \`conda install -c conda-forge redis-server\`. Or give the URL of a Redis that runs
elsewhere. A run on one machine needs none.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0922',
    title: 'a step pinned to a site that is not used',
    text: `\`pin\` names the site at which a step has to run, since only that place has what it needs. A run that
does not use the site could never start the step, so it is refused before anything starts. Use the site too
(\`--site\`, several are allowed), or leave the \`pin\` out.`,
    wrong: `workflow w
step load {
  pin slac
  script bash """
    load
  """
}`,
    right: `workflow w
step load {
  script bash """
    load
  """
}`,
  },
];
