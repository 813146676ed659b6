// Every field of every object, held against the types of its kind: unknown fields are refused, too.
// The schema is made from the TypeScript types of Kubernetes and of the two operators (kinds.ts).
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

const here = path.dirname(fileURLToPath(import.meta.url));

export function schemaChecker() {
  const schema = createGenerator({
    path: path.resolve(here, '../kinds.ts'),
    tsconfig: path.resolve(here, '../tsconfig.json'),
    type: '*',
    skipTypeCheck: true,
  }).createSchema('*');
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema(schema, 'kinds');
  return (objects) => objects.flatMap((object) => problemsOf(ajv, schema, object));
}

function problemsOf(ajv, schema, object) {
  const name = `${object.kind}/${object.metadata?.name}`;
  if (!Object.hasOwn(schema.definitions, object.kind ?? ''))
    return [`${name}: no type for this kind; add it to infrastructure/check/kinds.ts`];
  const validate = ajv.getSchema(`kinds#/definitions/${object.kind}`);
  if (validate(object)) return [];
  return validate.errors.map((error) => {
    const what = error.params.additionalProperty ?? error.params.allowedValue ?? '';
    return `${name}${error.instancePath}: ${error.message}${what && ` (${what})`}`;
  });
}
