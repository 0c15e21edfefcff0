// Generates src/api/schema.d.ts and src/api/live_schema.d.ts from what the program says of its own API.
//     npm run types          writes them
//     npm run types:check    fails when one is stale
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

async function types_of(document) {
    // An object of which the document says no more may hold anything.
    const nodes = await openapi(document, { emptyObjectsUnknown: true });
    return COMMENT_HEADER + astToString(nodes);
}

/// An object that has all of these.
const table = (properties) => ({ type: 'object', properties, required: Object.keys(properties) });

/// The entries of a topic: "seat/" for all those whose keys begin so.
function entries_of(schema) {
    const lists = Object.entries(schema.patternProperties ?? {});
    return table({
        ...schema.properties,
        ...Object.fromEntries(lists.map(([pattern, entry]) => [/^\^(\w+\/)/.exec(pattern)[1], entry])),
    });
}

/// openapi-typescript knows nothing of AsyncAPI, so it is given the schemas of the live socket as those of an
/// API without paths. Messages and topics become tables: type -> data, and kind of topic -> entries.
function live_document() {
    const { components, operations } = document_of('asyncapi');
    const { schemas, messages } = components;
    const resolved = (schema) =>
        schema.$ref ? schemas[schema.$ref.replace('#/components/schemas/', '')] : schema;
    const topics = {};
    for (const one of resolved(messages.topic.payload.properties.data).oneOf.map(resolved)) {
        const kind = /^\^\(\?:(\w+)\//.exec(one.properties.topic.pattern)[1];
        const entries = resolved(one.properties.entries);
        topics[kind] = entries_of(entries);
    }
    const pushes = {};
    const requests = {};
    const answers = {};
    for (const [name, { action, reply }] of Object.entries(operations)) {
        const type = name.replace(/^push\./, '');
        const { data } = messages[type].payload.properties ?? {};
        if (!data) continue; // a binary frame
        if (action === 'send') pushes[type] = data;
        else requests[type] = data;
        if (reply) answers[type] = messages[`${type}.reply`].payload.properties.data;
    }
    return {
        openapi: '3.1.0',
        info: { title: 'Lectern, live', version: '' },
        paths: {},
        components: {
            schemas: {
                ...schemas,
                LiveTopics: table(topics),
                LivePushes: table(pushes),
                LiveRequests: table(requests),
                LiveAnswers: table(answers),
            },
        },
    };
}

const files = [
    ['../src/api/schema.d.ts', await types_of(document_of('openapi'))],
    ['../src/api/live_schema.d.ts', await types_of(live_document())],
];
const is_check = process.argv.includes('--check');
for (const [path, wanted] of files) {
    if (!is_check) {
        writeFileSync(here(path), wanted);
    } else if (readFileSync(here(path), 'utf8') !== wanted) {
        console.error(`web/${path.slice(3)} is not what ${program} says. Run: npm run types`);
        process.exitCode = 1;
    }
}
