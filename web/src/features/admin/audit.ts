// Calls about the audit.
import { address, client, data } from '../../api/client';
import type { Schemas } from '../../api/types';

export type AuditRow = Schemas['AuditRow'];
export type AuditFilter = {
    person?: number;
    success?: 'true' | 'false';
    action?: string; // how it begins: "GET "
    from?: string;
    to?: string;
};

export const page_of_audit = (filter: AuditFilter, cursor?: string) =>
    data(client.GET('/v1/audit', { params: { query: { ...filter, cursor, limit: 200 } } }));
export const audit_csv = (filter: AuditFilter) => address('/v1/audit.csv', { params: { query: filter } });

export const who_of = (row: AuditRow) =>
    [row.person?.nickname, row.device?.name, row.site_key?.name].filter(Boolean).join(', ');

/// The moments between which a range of days lies, in this browser's time zone.
export function day_range(from: string, to: string): { from?: string; to?: string } {
    const start = from ? new Date(`${from}T00:00:00`) : null;
    const end = to ? new Date(`${to}T00:00:00`) : null;
    end?.setDate(end.getDate() + 1);
    return {
        ...(start ? { from: start.toISOString() } : {}),
        ...(end ? { to: end.toISOString() } : {}),
    };
}

/// Tells in words what an action was done to. The server gives it as the text of a JSON object.
export function target_text(target: string): string {
    return Object.entries(object_of(target))
        .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`)
        .join(', ');
}

function object_of(text: string): object {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === 'object' && value ? value : {};
    } catch {
        return {};
    }
}
