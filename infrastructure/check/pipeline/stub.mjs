// node stub.mjs NAME ARGUMENT…: stands in for aws, kubectl, curl or docker. Writes down the call in
// $STUB_CALLS and answers from $STUB_ANSWERS: the first entry whose pattern fits `NAME ARGUMENT…`
// and that is not used up. Each call but the last of an entry with `times` uses it up. A call that
// nobody foresaw ends with 97. `apply -k` is rendered by the real kubectl ($STUB_KUBECTL).
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

const [name, ...args] = process.argv.slice(2);
const line = [name, ...args].join(' ');
const calls = process.env.STUB_CALLS;
const answers = JSON.parse(readFileSync(process.env.STUB_ANSWERS, 'utf8'));
const index = answers.findIndex(({ when, times }) => new RegExp(when).test(line) && times !== 0);
const answer = answers[index] ?? { code: 97, err: `nobody foresaw: ${line}` };
if (answer.times !== undefined) {
  answer.times -= 1;
  writeFileSync(process.env.STUB_ANSWERS, JSON.stringify(answers));
}
const folder = /^kubectl apply -k (\S+)$/.exec(line)?.[1];
const rendered = folder && process.env.STUB_KUBECTL
  ? execFileSync(process.env.STUB_KUBECTL, ['kustomize', folder], { encoding: 'utf8', maxBuffer: 64 << 20 })
  : undefined;
const body = args.includes('--body') ? args[args.indexOf('--body') + 1] : undefined;
const sent = body && existsSync(body) ? readFileSync(body).toString('base64') : undefined;
appendFileSync(calls, `${JSON.stringify({ line, code: answer.code ?? 0, rendered, sent })}\n`);
process.stdout.write(answer.out ?? '');
process.stderr.write(answer.err ? `${answer.err}\n` : '');
process.exit(answer.code ?? 0);
