// The audit log in words: every kind of action has some, reads are folded, and a filter leaves the rest out.
import { describe, expect, it } from 'vitest';
import schema from '../src/api/schema.d.ts?raw';
import type { AuditRow } from '../src/features/admin/audit';
import { audit_lines, type Names } from '../src/features/admin/audit_text';
import { call_words } from '../src/features/admin/audit_words';

const everything = { kind: 'all', thing: 'all' } as const;
const names: Names = {
    person: new Map([
        [2, 'Ms Rossi'],
        [4, 'anna'],
    ]),
    class: new Map([[3, '6B']]),
};
let last_id = 1000;
const row = (action: string, path: string, more: Partial<AuditRow> = {}): AuditRow => ({
    id: --last_id,
    at: '2027-03-01T09:00:00.000Z',
    person: { id: 2, nickname: 'rossi' },
    device: null,
    site_key: null,
    action,
    path,
    target: '',
    status: 200,
    success: true,
    error: '',
    times: 1,
    ...more,
});
const texts = (rows: AuditRow[], wanted: Parameters<typeof audit_lines>[2] = everything) =>
    audit_lines(rows, names, wanted).map((line) => line.text);

describe('the audit log in words', () => {
    it('has words for every call that changes something, as the server declares them', () => {
        const declared = schema.slice(
            schema.indexOf('export interface paths'),
            schema.indexOf('export interface components'),
        );
        const every = [...declared.matchAll(/^ {4}"(\/[^"]*)": \{\n([\s\S]*?)^ {4}\};/gm)].flatMap(
            ([, path, body]) =>
                [...(body ?? '').matchAll(/^ {8}(post|put|patch|delete): operations/gm)].map(
                    ([, method]) => `${method?.toUpperCase()} ${path}`,
                ),
        );
        // What stands for every unknown path of a dialect changes nothing.
        const calls = every.filter((call) => !call.endsWith('/{rest}'));
        expect(calls.length).toBeGreaterThan(150);
        expect(calls.filter((call) => !(call in call_words))).toEqual([]);
        expect(Object.keys(call_words).filter((call) => !calls.includes(call))).toEqual([]);
    });

    it('says who did what to whom', () => {
        expect(
            texts([
                row('POST /v1/people/:id/pin', '/v1/people/4/pin', { target: '{"person":4}' }),
                row('PUT /v1/classes/:id/students/:person', '/v1/classes/3/students/4', {
                    target: '{"class":3,"person":4}',
                }),
                row('DELETE /v1/classes/:id', '/v1/classes/9'),
                row('DELETE /v1/classes/:id', '/v1/classes/3', { success: false, status: 403 }),
                row('command line: person add', ''),
                row('MESSAGE headset.hand', 'headset.hand', { person: { id: 4, nickname: 'anna' } }),
                row('more calls than the log could take', '', { success: false, person: null }),
            ]),
        ).toEqual([
            'Ms Rossi gave anna a new PIN.',
            'Ms Rossi put anna into 6B.',
            'Ms Rossi removed no. 9.',
            'Without effect: Ms Rossi removed 6B.',
            'Somebody at the box ran “lectern person add”.',
            'anna raised a hand.',
            'Without effect: More happened than could be written down.',
        ]);
    });

    it('folds what one person only looked at, but not what was taken out, refused, or of another', () => {
        const reads = [
            row('GET /v1/people', '/v1/people'),
            row('GET /v1/classes/:id', '/v1/classes/3', { times: 4 }),
            row('GET /v1/roster.csv', '/v1/roster.csv'),
            row('GET /v1/classes/:id', '/v1/classes/3'),
            row('GET /v1/audit', '/v1/audit', { success: false, status: 403 }),
            row('GET /v1/classes', '/v1/classes', { person: { id: 4, nickname: 'anna' } }),
        ];
        expect(texts(reads)).toEqual([
            'Ms Rossi looked at 5 things.',
            'Ms Rossi took out a file: /v1/roster.csv.',
            'Ms Rossi looked at one thing.',
            'Without effect: Ms Rossi looked at one thing.',
            'anna looked at one thing.',
        ]);
    });

    it('shows one kind, one thing, or changes alone', () => {
        const rows = [
            row('GET /v1/people', '/v1/people'),
            row('POST /v1/rooms', '/v1/rooms', { target: '{"room":7}' }),
            row('POST /v1/headset/report', '/v1/headset/report'),
            row('DELETE /v1/classes/:id', '/v1/classes/3'),
        ];
        expect(texts(rows, { kind: 'changes', thing: 'all' })).toEqual([
            'Ms Rossi added no. 7.',
            'Ms Rossi removed 6B.',
        ]);
        expect(texts(rows, { kind: 'remove', thing: 'all' })).toEqual(['Ms Rossi removed 6B.']);
        expect(texts(rows, { ...everything, text: 'REMOVED' })).toEqual(['Ms Rossi removed 6B.']);
        expect(texts(rows, { ...everything, text: '/v1/rooms' })).toEqual(['Ms Rossi added no. 7.']);
        expect(texts(rows, { kind: 'all', thing: 'room' })).toEqual(['Ms Rossi added no. 7.']);
    });
});
