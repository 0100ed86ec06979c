import type { Texts } from './two-files.ts';

const library = `param images: list<file>
step detect for each image in images {
  out peaks: file = "peaks"
}
output peaks: list<file> = gather detect.peaks`;

const caller = `use "lib.braid" as measure
step image for each patch in [1, 2] {
  out image: file = "image"
}
call measure as objects for each patch in [1, 2] {
  images = [image.image]
}`;

/** The smallest workflow and library that give each code: it takes two files. */
export const faultyLibraries: Readonly<Record<string, Texts>> = {
  E0214: { 'lib.braid': library, 'w.braid': caller.replace('images =', 'image =') },
  E0314: { 'lib.braid': library.replace('gather ', ''), 'w.braid': caller },
  E0316: { 'lib.braid': library.replace('each image', 'each patch'), 'w.braid': caller },
  E0317: {
    'lib.braid': library.replace('in images', 'in [i for i in images]'),
    'w.braid': caller.replace('[image.image]', 'gather other.image').replace(
      'call',
      `step other for each i in 1..2 {
  out image: file = "image"
}
call`,
    ),
  },
  E0318: {
    'lib.braid': `${library}\nstep merge {\n  in  peaks = gather detect.peaks\n}`,
    'w.braid': `${caller}\nstep late for each patch in [1, 2] {\n  after objects failed\n}`,
  },
  E0508: { 'w.braid': 'let n = 1\nuse "lib/@{n}.braid" as measure' },
};
