// Generates src/api/schema.d.ts from what the program says of its own API.
//     npm run types          writes it
//     npm run types:check    fails when it is stale
// LECTERN names the program; by default it is the one that preset dev builds.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapi, { astToString, COMMENT_HEADER } from 'openapi-typescript';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const program = process.env.LECTERN || here('../../build/dev/lectern');
const biggest_document = 64 * 1024 * 1024;

function document_of(command) {
    const text = execFileSync(program, [command], { encoding: 'utf8', maxBuffer: biggest_document });
    return JSON.parse(text);
}

async function schema() {
    // An object of which the document says no more may hold anything.
    const nodes = await openapi(document_of('openapi'), { emptyObjectsUnknown: true });
    return COMMENT_HEADER + astToString(nodes);
}

const files = [['../src/api/schema.d.ts', await schema()]];
const is_check = process.argv.includes('--check');
for (const [path, wanted] of files) {
    if (!is_check) {
        writeFileSync(here(path), wanted);
    } else if (readFileSync(here(path), 'utf8') !== wanted) {
        console.error(`web/${path.slice(3)} is not what ${program} says. Run: npm run types`);
        process.exitCode = 1;
    }
}
