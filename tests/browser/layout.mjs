// What is wrong with the layout of a page as it stands: something sticks out, is cut off, or lies over
// something else. It looks at what is on the screen, fixed bars, toasts and dialogs included.
/// In this order a window is only made larger and smaller, never loaded again.
export const windows = [
    { width: 320, height: 640 },
    { width: 390, height: 844 },
    { width: 844, height: 390 },
    { width: 820, height: 1180 },
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
    { width: 3840, height: 2160 },
];

/// Runs in the page.
function layout_faults() {
    const may_scroll_sideways = '.scroller, .list, textarea, pre, select, [data-scrolls-sideways]';
    const name = (element) => {
        const own = (typeof element.className === 'string' ? element.className : '')
            .split(/\s+/)
            .filter((one) => one && !one.startsWith('svelte-'));
        const words = (element.textContent ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 30);
        return `${[element.tagName.toLowerCase(), ...own].join('.')} "${words}"`;
    };
    const hidden = '.unseen, svg, canvas, [hidden], .skip';
    const root = document.querySelector('dialog[open]') ?? document.body;
    const all = [...root.querySelectorAll('*')].filter(
        (element) =>
            element.checkVisibility({
                opacityProperty: true,
                visibilityProperty: true,
            }) &&
            !element.closest(hidden) &&
            getComputedStyle(element).clipPath === 'none',
    );
    const faults = new Set();

    for (const element of [document.documentElement, ...all]) {
        const style = getComputedStyle(element);
        const over = element.scrollWidth - element.clientWidth;
        if (over <= 1 || element.clientWidth === 0 || style.display === 'inline') continue;
        if (element.matches(may_scroll_sideways) || element.matches('input')) continue;
        const is_page = element === document.documentElement;
        if (is_page || ['auto', 'scroll'].includes(style.overflowX)) {
            const edge = element.getBoundingClientRect();
            const sticks_out = ({ left, right }) => right > edge.right + 1 || left < edge.left - 1;
            const wide = all.findLast(
                (one) => element.contains(one) && sticks_out(one.getBoundingClientRect()),
            );
            faults.add(`${name(element)} scrolls sideways by ${over}: ${wide ? name(wide) : ''}`);
        } else if (['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis')
            faults.add(`${name(element)} is cut off by ${over}`);
    }

    /// What of a rectangle its scrolling and clipping ancestors let through.
    const visible = (rect, from) => {
        let { left, top, right, bottom } = rect;
        const cut = (box) => {
            [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
            [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
        };
        cut({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
        for (let one = from; one && one !== document.body; one = one.parentElement) {
            const style = getComputedStyle(one);
            if (style.overflow !== 'visible') cut(one.getBoundingClientRect());
            if (style.position === 'fixed') break;
        }
        return { left, top, right, bottom };
    };
    const floating = (element) => {
        for (let one = element; one; one = one.parentElement)
            if (['fixed', 'sticky'].includes(getComputedStyle(one).position)) return one;
        return null;
    };
    const can_scroll = (element) => {
        for (let one = element.parentElement; one; one = one.parentElement) {
            const { overflowX, overflowY } = getComputedStyle(one);
            const down = ['auto', 'scroll'].includes(overflowY) && one.scrollHeight > one.clientHeight + 1;
            const along = ['auto', 'scroll'].includes(overflowX) && one.scrollWidth > one.clientWidth + 1;
            if (down || along) return true;
        }
        return false;
    };
    const rects_of = (element) => {
        if (element.matches('button, input, select, a[href]')) return [element.getBoundingClientRect()];
        return [...element.childNodes]
            .filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())
            .flatMap((node) => {
                const range = document.createRange();
                range.selectNodeContents(node);
                return [...range.getClientRects()];
            });
    };
    for (const element of all)
        for (const rect of rects_of(element)) {
            if (rect.width < 2 || rect.height < 2) continue;
            const { left, top, right, bottom } = visible(rect, element);
            if (right - left < 6 || bottom - top < 6) continue;
            const y = (top + bottom) / 2;
            for (const x of [left + 2, (left + right) / 2, right - 2]) {
                const above = document.elementFromPoint(x, y);
                if (!above || element.contains(above) || above.contains(element)) continue;
                if (element.closest('label')?.contains(above)) continue;
                // A short message goes by itself; it may not lie over what is to be pressed at once.
                if (above.closest('.toasts') && !element.closest('.controls, nav, dialog')) continue;
                const layer = floating(above);
                if (layer && layer !== floating(element) && !layer.contains(element)) {
                    // A bar over something that can be scrolled out from under it.
                    if (!floating(element) && can_scroll(element)) continue;
                }
                faults.add(`${name(above)} lies over ${name(element)}`);
                break;
            }
        }
    return [...faults].slice(0, 8);
}

/// How a page is looked at, beside its size: which way it reads, and how large its text is. Twice the text is
/// for windows that have room for it.
const large = windows.filter(({ width, height }) => width >= 820 && height > 390);
export const views = {
    plain: { dir: 'ltr', text: 1, windows },
    mirrored: { dir: 'rtl', text: 1, windows },
    large_text: { dir: 'ltr', text: 2, windows: large },
    large_text_mirrored: { dir: 'rtl', text: 2, windows: large },
};

/// Looks at the page at every size and returns what is wrong. The context needs `bypassCSP`: what lets clicks
/// through lies over things too.
export async function layout_faults_of(page, what, looked_at = [views.plain]) {
    if ((await page.locator('style[data-layout]').count()) === 0)
        await page.evaluate(() => {
            const style = document.createElement('style');
            style.dataset.layout = '';
            style.textContent = '* { pointer-events: auto !important; transition: none !important; }';
            document.head.append(style);
        });
    const before = page.viewportSize();
    const found = [];
    const set_view = ({ dir, text }) =>
        page.evaluate(
            ([direction, size]) => {
                document.documentElement.dir = direction;
                document.documentElement.style.fontSize = size === 1 ? '' : `${size * 16}px`;
            },
            [dir, text],
        );
    for (const view of looked_at) {
        await set_view(view);
        for (const window of view.windows) {
            await page.setViewportSize(window);
            await page.evaluate(
                () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
            );
            for (const fault of await page.evaluate(layout_faults))
                found.push(
                    `${what} at ${window.width}x${window.height} ${view.dir} ${view.text * 100} %: ${fault}`,
                );
        }
    }
    await set_view(views.plain);
    await page.setViewportSize(before);
    return found;
}
