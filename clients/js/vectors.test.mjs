// The vectors that the clients of all languages share: clients/vectors. A file that nothing here runs is a
// fault. LECTERN_JS is the folder with the compiled package. Run by test.py.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const js = await import(`${process.env.LECTERN_JS}/index.js`);
const { FolderStore } = await import(`${process.env.LECTERN_JS}/node.js`);
const vectors = fileURLToPath(new URL('../vectors/', import.meta.url));

const near = (found, wanted, what) => {
    if (found === null || wanted === null) assert.equal(found, wanted, what);
    else assert.ok(Math.abs(found - wanted) < 0.001, `${what}: ${found}, not ${wanted}`);
};

const both = (defaults, own) => own && { ...defaults, ...own };

function holds(playing, { at_ms, ...wanted }) {
    const found = {
        session_id: playing?.session_id ?? null,
        is_held: playing?.is_held(at_ms) ?? false,
        launched: playing?.controls.launch?.content ?? null,
        state: playing?.state,
        run_id: playing?.run_id,
        position_ms: playing?.position_ms(at_ms),
        is_finished: playing?.is_finished(at_ms),
    };
    for (const name of Object.keys(wanted)) assert.equal(found[name], wanted[name], name);
}

function lesson({ steps }, { command, state }) {
    const mine = new js.Lesson();
    for (const step of steps) {
        if ('command' in step) {
            const is_news = mine.take_command(both(command, step.command));
            assert.equal(is_news, step.is_new ?? is_news, JSON.stringify(step));
        } else if ('obey_ms' in step) {
            const due = mine.obey(step.obey_ms);
            const numbers = (failed) =>
                due
                    .filter(({ is_news, is_expired }) => failed === (is_news && is_expired))
                    .map((one) => one.command.number);
            assert.deepEqual(
                [numbers(false), numbers(true)],
                [step.done, step.failed ?? []],
                JSON.stringify(step),
            );
        } else if ('at_ms' in step) holds(mine.playing, step);
        else assert.equal(mine.take_state(both(state, step.state)), step.answer, JSON.stringify(step));
    }
}

// A folder as a store of events, which goes after the test.
function with_store(then) {
    const folder = mkdtempSync(path.join(tmpdir(), 'lectern-'));
    try {
        return then(new FolderStore(folder));
    } finally {
        rmSync(folder, { recursive: true });
    }
}

function batches_of(queue) {
    const found = [];
    for (let batch = queue.oldest; batch; batch = queue.oldest) {
        found.push(batch);
        queue.acknowledge(batch);
    }
    return found;
}

const runners = {
    clock({ welcome, trips, offset_ms, round_trip_ms }) {
        const time = new js.ServerTime();
        if (welcome) time.guess(welcome.server_ms, welcome.own_ms);
        for (const trip of trips)
            for (let left = trip.length > 3 ? trip[0] : 1; left > 0; --left) time.add(...trip.slice(-3));
        near(time.offset_ms, offset_ms, 'offset');
        near(time.round_trip_ms, round_trip_ms, 'round trip');
    },
    transport: lesson,
    controls: lesson,
    resume: lesson,
    reconnecting: ({ failures, share, pause_ms }) => assert.equal(js.pause_ms(failures, share), pause_ms),
    drift: ({ behind_ms, rate }) => near(js.rate_for(behind_ms), rate, 'rate'),
    refusals: ({ error, again }) => assert.equal(js.again_after(error), again),
    close_codes: ({ code, ...wanted }) => assert.deepEqual(js.after_close(code), wanted),
    batches({ boot_id, offset_ms, events, batches }) {
        with_store((store) => {
            const queue = new js.EventQueue(store, 'test', boot_id);
            for (const [own_ms, run_id] of events) queue.add(own_ms, run_id, { kind: 'gaze' });
            queue.seal(offset_ms);
            // What a restart finds is what is sent.
            const found = batches_of(new js.EventQueue(store, 'test', 'later')).map((batch) => ({
                boot_id: batch.boot_id,
                number: batch.number,
                run_id: batch.run_id ?? null,
                at_ms: batch.events.map((event) => event.at_ms),
            }));
            assert.deepEqual(found, batches);
            assert.equal(store.length, 0);
        });
    },
    stored({ kept, stored, left }) {
        with_store((store) => {
            for (const [place, [boot_id, number]] of kept.entries())
                store.setItem(
                    `test.batch.${place}.${boot_id}.${number}`,
                    JSON.stringify({ boot_id, number, events: [{ kind: 'gaze', at_ms: 1 }] }),
                );
            const queue = new js.EventQueue(store, 'test');
            queue.stored(stored);
            assert.deepEqual(
                batches_of(queue).map(({ boot_id, number }) => [boot_id, number]),
                left,
            );
        });
    },
    ranges: ({ size, have, piece_bytes, ask }) => assert.equal(js.next_range(size, have, piece_bytes), ask),
    qr({ text, box, code, card }) {
        const read = js.read_qr(text) ?? {};
        assert.deepEqual([read.box ?? null, read.code ?? null, read.card ?? null], [box, code, card]);
    },
};

for (const file of readdirSync(vectors)) {
    const { cases, defaults, answers = [] } = JSON.parse(readFileSync(path.join(vectors, file), 'utf8'));
    test(file, () => {
        const run = runners[path.basename(file, '.json')];
        assert.ok(run, 'nothing runs it');
        assert.ok(cases.length > 0);
        for (const [index, one] of cases.entries()) {
            try {
                run(one, defaults);
            } catch (error) {
                error.message = `${one.name ?? `case ${index}`}: ${error.message}`;
                throw error;
            }
        }
        for (const { status, content_range, have, then } of answers)
            assert.equal(js.after_answer(status, content_range, have), then, `${status} ${content_range}`);
    });
}
