// The audit log in words: a sentence for each row, and one for all that somebody looked at in a row.
import { t } from '../../i18n/i18n.svelte';
import { who_of, type AuditRow } from './audit';
import { call_words, message_words, type Kind, type Thing, type Words } from './audit_words';

/// What the things are called whose numbers the log has.
export type Names = { [Of in Thing]?: Map<number, string> };

export type AuditLine = {
    rows: AuditRow[]; // newest first; several of what was only looked at
    kind: Kind;
    thing: Thing;
    text: string;
};

type Told = { kind: Kind; thing: Thing; text: string; folds: boolean };

const things_of_path: [start: RegExp, thing: Thing][] = [
    [/^\/v1\/(people|roster|invitations|lockouts|password)/, 'person'],
    [/^\/v1\/(classes|timetable)/, 'class'],
    [/^\/v1\/lessons/, 'lesson'],
    [/^\/v1\/courses/, 'course'],
    [/^\/v1\/(content|uploads)/, 'content'],
    [/^(\/v1|\/api\/v1)?\/scenario/, 'scenario'],
    [/^\/v1\/(rooms|seat)/, 'room'],
    [/^\/v1\/(devices|dpvr|pairing|headset)|^\/devices/, 'headset'],
    [/^\/v1\/trainings|^\/records/, 'training'],
    [/^\/v1\/(sessions|runs|results)/, 'session'],
    [/^\/v1\/organisation/, 'school'],
    [/^\/v1\/site-keys/, 'key'],
    [/^\/v1\/(logins|totp)/, 'login'],
];
const field_of: Partial<Record<Thing, string>> = { headset: 'device', key: 'site_key' };

function object_of(text: string): Record<string, unknown> {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === 'object' && value ? (value as Record<string, unknown>) : {};
    } catch {
        return {};
    }
}

/// The number of what a call names in its path: 4 of "/v1/people/4/pin" called "/v1/people/:id/pin".
function id_in_path(row: AuditRow): number | undefined {
    const pattern = row.action.slice(row.action.indexOf(' ') + 1).split('/');
    const at = pattern.indexOf(':id');
    const id = at < 0 ? NaN : Number(row.path.split(/[/?]/)[at]);
    return Number.isInteger(id) ? id : undefined;
}

function named(names: Names, thing: Thing, id: unknown): string {
    if (typeof id !== 'number') return t('did.something_gone');
    return names[thing]?.get(id) ?? t('did.something', { number: String(id) });
}

function who_did(row: AuditRow, names: Names): string {
    return (row.person && names.person?.get(row.person.id)) || who_of(row) || t('did.somebody');
}

function words_of(action: string): Words | undefined {
    const [method, rest] = [action.slice(0, action.indexOf(' ')), action.slice(action.indexOf(' ') + 1)];
    const table: Record<string, Words> = method === 'MESSAGE' ? message_words : call_words;
    const name = method === 'MESSAGE' ? rest : action.replace(/:(\w+)/g, '{$1}');
    return Object.hasOwn(table, name) ? table[name] : undefined;
}

function told(row: AuditRow, names: Names): Told {
    const who = who_did(row, names);
    const command = /^command line: (.*)$/.exec(row.action)?.[1];
    if (command !== undefined)
        return { kind: 'change', thing: 'box', text: t('did.at_the_box', { command }), folds: false };
    const path = row.action.slice(row.action.indexOf(' ') + 1);
    const thing_looked_at = things_of_path.find(([start]) => start.test(path))?.[1] ?? 'box';
    if (/^(GET|HEAD) /.test(row.action)) {
        const takes_out = /(\.csv|\/export|\/file)$/.test(path);
        const text = takes_out
            ? t('did.took_out', { who, path: row.path })
            : t('did.read', { who, count: 1 });
        return { kind: 'read', thing: thing_looked_at, text, folds: !takes_out };
    }
    const words = words_of(row.action);
    if (!words) {
        const text = /^[A-Z]+ /.test(row.action)
            ? t('did.unknown', { who, action: row.action })
            : t('did.not_counted');
        return { kind: 'report', thing: thing_looked_at, text, folds: false };
    }
    const [kind, thing, key] = words;
    const target = object_of(row.target);
    const name = named(names, thing, target[field_of[thing] ?? thing] ?? id_in_path(row));
    return {
        kind,
        thing,
        text: t(key, { who, name, person: named(names, 'person', target.person) }),
        folds: kind === 'read',
    };
}

const actor = (row: AuditRow) => JSON.stringify([row.person?.id, row.device?.id, row.site_key?.id]);

/// What is shown: everything, all that changed something, or one kind; about everything, or one thing;
/// and with a text, what has it in its words, or in what IT reads.
export type Wanted = { kind: 'all' | 'changes' | Kind; thing: 'all' | Thing; text?: string };

const is_kind = (line: Told, kind: Wanted['kind']) =>
    kind === 'all' || kind === line.kind || (kind === 'changes' && !['read', 'report'].includes(line.kind));

const has_text = (line: Told, row: AuditRow, text: string) =>
    [line.text, row.action, row.path, row.target, row.error].some((one) =>
        one.toLowerCase().includes(text.toLowerCase()),
    );

const is_wanted = (line: Told, row: AuditRow, { kind, thing, text }: Wanted) =>
    (thing === 'all' || thing === line.thing) && is_kind(line, kind) && (!text || has_text(line, row, text));

/// What happened, newest first; what one person looked at between two changes is one line.
export function audit_lines(rows: AuditRow[], names: Names, wanted: Wanted): AuditLine[] {
    const lines: (AuditLine & { folds: boolean })[] = [];
    for (const row of rows) {
        const line = told(row, names);
        if (!is_wanted(line, row, wanted)) continue;
        const { kind, thing, text, folds } = line;
        const last = lines.at(-1);
        if (row.success && folds && last?.folds && actor(last.rows[0] as AuditRow) === actor(row)) {
            last.rows.push(row);
            const count = last.rows.reduce((sum, one) => sum + one.times, 0);
            last.text = t('did.read', { who: who_did(row, names), count });
            continue;
        }
        lines.push({
            rows: [row],
            kind,
            thing,
            text: row.success ? text : t('did.not_done', { what: text }),
            folds: folds && row.success,
        });
    }
    return lines;
}
