import type { ExplainPage } from './page.ts';

/** Places to run at: the pages of family E09. */
export const placesPages: readonly ExplainPage[] = [
  {
    code: 'E0901',
    title: 'this can be planned, but not run here',
    text: `The text is right, but this version or this machine cannot run it. These things give this
message: a step whose keys come from a table that another step makes (it is planned, with bounds); secrets; and a
machine without what the local runner builds on (Linux with \`/proc\` and
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
];
