import type { ExplainPage } from './page.ts';

/** Places to run at: the pages of family E09. */
export const placesPages: readonly ExplainPage[] = [
  {
    code: 'E0901',
    title: 'this can be planned, but not run here',
    text: `The text is right, but this version or this machine cannot run it. These things give this
message: a step whose keys come from a table that another step makes (it is planned, with bounds); and a machine without what the local runner builds on (Linux with \`/proc\` and
\`/bin/sh\`).

Nothing was started. Where the keys are known beforehand, scatter over a list or a table of the workflow.`,
    wrong: `workflow w
record Sensor key sensor { sensor: string }
step trim {
  out sensors: table<Sensor> = csv("sensors.csv")
  script bash """
    trim > sensors.csv
  """
}
step simulate for each s in trim.sensors {
  script bash """
    simulate @{s.sensor}
  """
}`,
    right: `workflow w
param sensors: list<string> = ["R22_S11", "R22_S12"]
step simulate for each sensor in sensors {
  script bash """
    simulate @{sensor}
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
