import type { ExplainPage } from './page.ts';

/**
 * Sites and what a workflow wants of them. The examples are site files; they are meant for the workflow of
 * `twinkles.braid`, which has `location refcats: dir`, `env stack { image = "..." }` and a step `coadd` with
 * `memory = 64 GB`.
 */
export const sitesPages: readonly ExplainPage[] = [
  {
    code: 'E0910',
    title: 'there is no such site',
    text: `\`--site NAME\` looks for a file \`*.site\` that has \`site NAME { ... }\`: in \`./sites\`, beside the workflow and in
its \`sites\`, in the directories of the variable BRAID_SITES, and in \`~/.config/braid/sites\`. \`braid site list\` shows
all that are found. \`--site FILE.site#NAME\` names one in a file, \`--site FILE.site\` the only one of a file. \`local\` is
built in: this machine.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0911',
    title: 'a step asks for more than the site has',
    text: `A site says what one instance gets at most: \`cores\` and \`memory\` of \`runner local\`, \`maxCores\`, \`maxMemory\`,
\`maxTime\`, \`maxDisk\` and \`maxGpus\` of the others. A step that asks for more would never start there. Ask for less,
let the site tune the step, or go to another site.`,
    wrong: `# \`coadd\` asks for 64 GB
site laptop {
  runner local { memory = 16 GB }
  location refcats = "/data/refcats"
  env stack { runtime = "none" }
}`,
    right: `# \`coadd\` asks for 64 GB
site laptop {
  runner local { memory = 16 GB }
  location refcats = "/data/refcats"
  env stack { runtime = "none" }
  tune coadd { resources { memory = min(memory, 16 GB) } }
}`,
  },
  {
    code: 'E0912',
    title: 'an environment that the site cannot provide',
    text: `The workflow says what the software is (\`image\`, \`cvmfs\`), the site says how it is had there: \`env NAME { runtime =
"..." }\` with a container's program, \`cvmfs\`, or \`none\` for software that is installed. Containers need the
\`image\` of the workflow's \`env\`, cvmfs needs its \`cvmfs\`.`,
    wrong: `# the workflow's \`env stack\` is an image
site cluster {
  runner slurm
  location refcats = "/data/refcats"
  env stack { runtime = "cvmfs" }
}`,
    right: `# the workflow's \`env stack\` is an image
site cluster {
  runner slurm
  location refcats = "/data/refcats"
  env stack { runtime = "apptainer" }
}`,
  },
  {
    code: 'E0913',
    title: 'a runner that this version cannot run',
    text: `The site is right, and workflows are checked and planned for it. But what talks to its batch system is not
part of this version, so nothing can be run there. Nothing was started.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0914',
    title: 'a place of the site is not there',
    text: `The site fills a location with a file or directory that this machine does not have, or its \`storage\` names
a directory that cannot be made or written. Relative paths start at the site's file, \`~/\` is your home. Places of
type \`path\` and \`store\` are not looked for before a run: a step may make them.`,
    wrong: '',
    right: '',
  },
  {
    code: 'E0915',
    title: 'a channel that leads nowhere',
    text: `\`notify "NAME"\` names a channel; a site file, or your own \`~/.config/braid/config.site\`, says where it leads: to a web
address that takes a POST, to a mail address, to a command for \`sh\`, or to a program with its arguments.`,
    wrong: `site cluster {
  runner slurm
  location refcats = "/data/refcats"
  env stack { runtime = "apptainer" }
  channel "desc-ops" = "#desc-ops"
}`,
    right: `site cluster {
  runner slurm
  location refcats = "/data/refcats"
  env stack { runtime = "apptainer" }
  channel "desc-ops" = "mailto:desc-ops@example.org"
}`,
  },
  {
    code: 'W0811',
    title: 'a name of a site that looks like a slip',
    text: `A site serves many workflows, and names steps, parameters and locations that this one may not have. This one
has none of that name, but one that is written nearly so, which the site leaves alone.`,
    wrong: `# the step is \`coadd\`
site cluster {
  runner slurm
  location refcats = "/data/refcats"
  env stack { runtime = "apptainer" }
  tune coad { bundle 8 }
}`,
    right: `# the step is \`coadd\`
site cluster {
  runner slurm
  location refcats = "/data/refcats"
  env stack { runtime = "apptainer" }
  tune coadd { bundle 8 }
}`,
  },
  {
    code: 'W0812',
    title: 'a tune that hangs on what a step does not say',
    text: `In \`tune\` the name of a resource stands for what the step itself asks for. A step that does not ask for it has
nothing to start from, so that it stays as it is. Give a value, or let the workflow say one.`,
    wrong: `# \`coadd\` says its memory, but no time
site cluster {
  runner slurm
  location refcats = "/data/refcats"
  env stack { runtime = "apptainer" }
  tune coadd { resources { time = time * 2 } }
}`,
    right: `# \`coadd\` says its memory, but no time
site cluster {
  runner slurm
  location refcats = "/data/refcats"
  env stack { runtime = "apptainer" }
  tune coadd { resources { time = 2 h } }
}`,
  },
];
