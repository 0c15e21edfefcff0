// Runs before anything is drawn, so that the page never flashes in another look than the chosen one.
(function () {
    try {
        const root = document.documentElement;
        const look = JSON.parse(localStorage.getItem('lectern.look') || '{}');
        if (look.theme === 'light' || look.theme === 'dark') root.dataset.theme = look.theme;
        if (look.size === 'far') root.dataset.size = 'far';
        if (look.language) root.lang = look.language;
    } catch {
        // Storage is off, so use the system's look.
    }
})();
