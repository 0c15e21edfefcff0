// What the page asks of the server about who did what.
import { ask_json, query_of } from '../../api/client';
import type { PageOf } from '../../ui/listed.svelte';

type Named = { id: number; nickname?: string; name?: string };
export type AuditRow = {
    id: number;
    at: string;
    person: Named | null;
    device: Named | null;
    site_key: Named | null;
    action: string;
    path: string;
    target: Record<string, unknown> | string | null;
    status: number;
    success: boolean;
    error: string | null;
    times: number;
};
export type AuditFilter = {
    person?: number;
    success?: 'true' | 'false';
    from?: string;
    to?: string;
    q?: string;
};

export const page_of_audit = (filter: AuditFilter, cursor?: string) =>
    ask_json<PageOf<AuditRow>>('GET', `/v1/audit${query_of({ ...filter, cursor, limit: 100 })}`);
export const audit_csv = (filter: AuditFilter) => `/v1/audit.csv${query_of(filter)}`;

export const who_of = (row: AuditRow) =>
    [row.person, row.device, row.site_key]
        .map((one) => one?.nickname ?? one?.name)
        .filter(Boolean)
        .join(', ');

/// A day as somebody picks it, in this browser's time, as the moments between which it lies.
export function day_range(from: string, to: string): { from?: string; to?: string } {
    const start = from ? new Date(`${from}T00:00:00`) : null;
    const end = to ? new Date(`${to}T00:00:00`) : null;
    end?.setDate(end.getDate() + 1);
    return {
        ...(start ? { from: start.toISOString() } : {}),
        ...(end ? { to: end.toISOString() } : {}),
    };
}

export function target_text(target: AuditRow['target']): string {
    if (!target) return '';
    const values = typeof target === 'string' ? (safely_parsed(target) ?? {}) : target;
    return Object.entries(values)
        .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`)
        .join(', ');
}

function safely_parsed(text: string): Record<string, unknown> | null {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === 'object' ? (value as Record<string, unknown>) : null;
    } catch {
        return null;
    }
}
