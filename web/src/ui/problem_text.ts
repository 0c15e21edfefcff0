// Tells people about an error: what happened, what is safe, what to do.
import { Problem } from '../api/client';
import { date_only_text, t } from '../i18n/i18n.svelte';

// The box writes days as 2027-07-31.
const written_out = (text: string): string =>
    text.replaceAll(/\b\d{4}-\d\d-\d\d\b(?!T)/g, (day) => date_only_text(day));

export function problem_text(error: unknown): string {
    if (!(error instanceof Problem)) return t('problem.unknown');
    if (error.is_gone) return t('problem.gone');
    if (error.status === 429) return t('problem.slow_down', { count: error.retry_after_s ?? 30 });
    if (error.status === 503) return t('problem.busy');
    if (error.status === 507) return t('problem.disk_full');
    if (error.status === 403) return t('problem.not_allowed');
    return written_out(error.message) || t('problem.unknown');
}
