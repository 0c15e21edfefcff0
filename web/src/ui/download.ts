// Files that the page makes itself: a table as CSV that spreadsheets can read.

function cell(value: unknown): string {
    const text = value === null || value === undefined ? '' : String(value);
    // A spreadsheet would run a text that begins like a formula.
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv_of(head: string[], rows: unknown[][]): string {
    return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

export function save_file(name: string, content: Blob | string, type = 'text/csv;charset=utf-8'): void {
    // The mark at the start tells spreadsheets that it is UTF-8.
    const blob = typeof content === 'string' ? new Blob(['\ufeff', content], { type }) : content;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.dataset.leave = '';
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
