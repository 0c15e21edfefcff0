// A box that scrolls must be within reach of the keyboard: where nothing inside it takes the focus, it does
// so itself, as long as there is something to scroll.
const focusable = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex]';

/// Attach it to an element: `<div class="scroller" {@attach scrolls}>`.
export function scrolls(box: HTMLElement): () => void {
    const look = () => {
        const overflows = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
        if (overflows && !box.querySelector(focusable)) box.tabIndex = 0;
        else box.removeAttribute('tabindex');
    };
    const observer = new ResizeObserver(look);
    observer.observe(box);
    if (box.firstElementChild) observer.observe(box.firstElementChild);
    return () => observer.disconnect();
}
