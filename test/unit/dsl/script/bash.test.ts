import { describe, expect, it } from 'vitest';
import { renderScript } from '../../../../dsl/script/render.ts';
import { bodyOf, compiled, problemsOf } from './compiled.ts';

/** The body with `@{s}` in it, as rendered. */
function rendered(body: string): string {
  return bodyOf('bash', body, Array(9).fill('v'));
}

describe('a value in bash', () => {
  it.each([
    ['run @{s}', 'run "${__b1}"'],
    ['run a@{s}b', 'run a"${__b1}"b'],
    ['run "a @{s}"', 'run "a ${__b1}"'],
    ['x=@{s}', 'x="${__b1}"'],
    ['cat < @{s} > @{s}', 'cat < "${__b1}" > "${__b2}"'],
    ['x=$(run @{s})', 'x=$(run "${__b1}")'],
    ['x="$(run @{s} "@{s}")"', 'x="$(run "${__b1}" "${__b2}")"'],
    ['x=`run @{s}`', 'x=`run "${__b1}"`'],
    ['echo ${x:-@{s}} "${x:-@{s}}"', 'echo ${x:-"${__b1}"} "${x:-${__b2}}"'],
    ['echo "it\'s @{s}"', 'echo "it\'s ${__b1}"'],
    ['echo \\" @{s} \\"', 'echo \\" "${__b1}" \\"'],
    ["echo 'a'@{s}'b'", "echo 'a'\"${__b1}\"'b'"],
    ['echo $((@{n} + 1))', 'echo $((${__b1} + 1))'],
    ['cat <(run @{s})', 'cat <(run "${__b1}")'],
    ['[[ $x == @{s} ]]', '[[ $x == "${__b1}" ]]'],
    ['cat <<< @{s}', 'cat <<< "${__b1}"'],
    ['echo $# @{s} ${#x} a#b @{s}', 'echo $# "${__b1}" ${#x} a#b "${__b2}"'],
    [
      'case @{s} in a) run @{s};; esac; run @{s}',
      'case "${__b1}" in a) run "${__b2}";; esac; run "${__b3}"',
    ],
    [
      'x=$(case $y in a) echo @{s};; esac) @{s}',
      'x=$(case $y in a) echo "${__b1}";; esac) "${__b2}"',
    ],
    [
      'cat <<EOF\n"@{s}" $(run @{s})\nEOF\nrun @{s}',
      'cat <<EOF\n"${__b1}" $(run "${__b2}")\nEOF\nrun "${__b3}"',
    ],
    ['cat <<-A <<B\n@{s}\nA\n@{s}\nB\n@{s}', 'cat <<-A <<B\n${__b1}\nA\n${__b2}\nB\n"${__b3}"'],
    ["cat <<'E'\n\"\nE\nrun @{s}", 'cat <<\'E\'\n"\nE\nrun "${__b1}"'],
    ["run # it's @{s}\nrun @{s}", 'run # it\'s @{s}\nrun "${__b1}"'],
    ['run @@{s}', 'run @{s}'],
  ])('%s', (body, text) => expect(rendered(body)).toBe(text));

  it.each([
    ['echo cost=$@{s} "$@{s}"', 'echo cost=\\$"${__b1}" "\\$${__b2}"'],
    ['echo \\@{s} "\\@{s}"', 'echo \\\\"${__b1}" "\\\\${__b2}"'],
    ['x=`echo $@{s}`', 'x=`echo \\\\\\$"${__b1}"`'],
  ])('keeps what stands before it: %s', (body, text) => expect(rendered(body)).toBe(text));

  it('is a word an element, if it is a list', () => {
    expect(bodyOf('bash', 'cat @{xs}', [['a', 'b c']])).toBe('cat "${__b1[@]}"');
    expect(bodyOf('bash', 'cat @{xs}', [[]])).toBe('cat ${__b1[@]+"${__b1[@]}"}');
  });

  it('is one text inside quotes, if JSON turns out to be a list', () => {
    expect(bodyOf('bash', 'run "a @{j}"', [['x', 'y']])).toBe('run "a ${__b1[*]}"');
    expect(bodyOf('bash', 'run "a @{j}"', [[]])).toBe('run "a ${__b1[@]+${__b1[*]}}"');
  });

  it('stands in single quotes above the body', () => {
    const { script } = compiled('bash', 'run @{s} @{xs} @{n}');
    const { text, preludeLines, command } = renderScript(script, ["it's\n$(x)", ['a', "'"], -2], {
      listFile: String,
    });
    const lines = text.split('\n');
    expect(command).toEqual(['bash']);
    expect(lines[0]).toBe('set -Eeuo pipefail');
    expect(lines.slice(2, preludeLines)).toEqual([
      "__b1='it'\\''s",
      "$(x)'",
      "__b2=( 'a' ''\\''' )",
      "__b3='-2'",
    ]);
    expect(lines[preludeLines]).toBe('run "${__b1}" "${__b2[@]}" "${__b3}"');
  });

  it('is the path of a file, if it is a table or a filelist', () => {
    expect(bodyOf('bash', 'run @{s} @{filelist(xs)}', ['a', ['x', 'y']])).toBe(
      'run "${__b1}" "${__b2}"',
    );
    const { script } = compiled('bash', 'run @{s} @{filelist(xs)}');
    const { text } = renderScript(script, ['a', ['x']], { listFile: (index) => `/lists/${index}` });
    expect(text).toContain("__b2='/lists/1'\n");
  });

  it('is pasted by raw alone, with a warning', () => {
    expect(bodyOf('bash', "run '@{raw(s)}'", ['a b'])).toBe("run 'a b'");
    expect(problemsOf('bash', 'run @{raw(s)}')).toEqual(['W0808 1:5 @{raw(s)}']);
  });
});

describe('what is refused in bash', () => {
  it.each([
    ['run @{wait}', 'E0601 1:5 @{wait}'],
    ['run @{wait to s}', undefined],
    ['run "@{xs}"', 'E0602 1:6 @{xs}'],
    ['cat <<EOF\n@{xs}\nEOF', 'E0602 2:1 @{xs}'],
    ['run --token=@{token}', 'E0603 1:15 token'],
    ['run @{row}', 'E0604 1:5 @{row}'],
    ['run @{xss}', 'E0604 1:5 @{xss}'],
    ['run @{done}', 'E0604 1:5 @{done}'],
    ["awk '{ print @{s} }'", 'E0605 1:14 @{s}'],
    ["echo $'@{s}'", 'E0605 1:8 @{s}'],
    ["cat <<'EOF'\n@{s}\nEOF", 'E0605 2:1 @{s}'],
    ['cat <<\\EOF\n@{s}\nEOF', 'E0605 2:1 @{s}'],
    ['run @{[raw(s)]}', 'E0607 1:8 raw(s)'],
    ['# run @{wait} @{token}', undefined],
    ['echo "${x#\'@{s}\'}"', 'E0605 1:12 @{s}'],
    ['echo "${x:-\'@{s}\'}"', undefined],
  ])('%s', (body, problem) => {
    expect(problemsOf('bash', body)).toEqual(problem === undefined ? [] : [problem]);
  });
});

describe('a second evaluator (W0805)', () => {
  it.each([
    ['eval "run @{s}"', true],
    ['eval run @{n}', false],
    ['bash -c "run @{s}"', true],
    ['bash -c \'run "$1"\' _ @{s}', false],
    ['srun -n 1 sh -ec "run @{s}"', true],
    ['bash run.sh @{s}', false],
    ['ssh host rm @{s}', true],
    ['ssh -p 22 @{s} ls', false],
    ['scp @{s} host:', false],
    ['echo ssh host @{s}', false],
    ['echo $((@{s} + 1))', true],
    ['echo $((@{n} + 1))', false],
    ['echo $(( $(cat @{s}) + @{n} ))', false],
    ['let x=@{s}+1', true],
    ['[[ @{s} -gt 3 ]]', true],
    ['[[ @{s} == a ]]', false],
    ['echo ${a[@{s}]}', true],
    ['declare -A a=([x]=1)\necho ${a[@{s}]}', false],
    ['python3 -c "print(\'@{s}\')"', true],
    ['python3 - <<EOF\nprint("@{s}")\nEOF', true],
    ['cat <<EOF\n@{s}\nEOF', false],
    ['FOO=1 env bash <<EOF\nrun @{s}\nEOF', true],
  ])('%s', (body, warned) => {
    expect(problemsOf('bash', body).map((each) => each.slice(0, 5))).toEqual(
      warned ? ['W0805'] : [],
    );
  });
});

describe('a name of the workflow as a shell variable (W0604)', () => {
  it.each([
    ['run $s', 'W0604 1:5 $s'],
    ['run @{n} "$n" @{s} ${s}', 'W0604 1:11 $n'],
    ['run "${s:-x}"', 'W0604 1:6 ${s'],
    ["awk '{print $n}'", undefined],
    ['run \\$s', undefined],
    ['s=1; run $s', undefined],
    ['for s in a b; do run $s; done', undefined],
    ['while read -r s; do run $s; done', undefined],
    ['run $sample', undefined],
  ])('%s', (body, problem) => {
    const found = problemsOf('bash', body).filter((each) => each.startsWith('W0604'));
    expect(found[0]).toBe(problem);
  });
});
