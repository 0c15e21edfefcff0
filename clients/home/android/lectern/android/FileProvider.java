package lectern.android;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import java.io.File;
import java.io.FileNotFoundException;

/**
 * Shows fetched files to the app that Home hands one to: the installer, or the headset's own player. Only to
 * read.
 */
public final class FileProvider extends ContentProvider {
    static final String AUTHORITY = "org.lectern.home.files";

    /** `file` is one of the folder of fetched content. */
    static Uri addressOf(File file, String ending) {
        return Uri.parse("content://" + AUTHORITY + "/" + file.getName() + ending);
    }

    private File fileOf(Uri address) throws FileNotFoundException {
        String name = address.getLastPathSegment();
        if (name == null || !name.matches("[0-9a-f]{64}\\.whole\\.(apk|mp4)"))
            throw new FileNotFoundException(String.valueOf(address));
        return new File(new File(getContext().getFilesDir(), "content"),
            name.substring(0, name.lastIndexOf('.')));
    }

    @Override public ParcelFileDescriptor openFile(Uri address, String mode) throws FileNotFoundException {
        if (!mode.equals("r")) throw new FileNotFoundException("only to read");
        return ParcelFileDescriptor.open(fileOf(address), ParcelFileDescriptor.MODE_READ_ONLY);
    }

    @Override public String getType(Uri address) {
        return String.valueOf(address).endsWith(".apk") ? "application/vnd.android.package-archive"
            : "video/mp4";
    }

    @Override public Cursor query(Uri address, String[] columns, String where, String[] values,
        String order) {
        MatrixCursor found = new MatrixCursor(new String[] {"_display_name", "_size"});
        try {
            found.addRow(new Object[] {address.getLastPathSegment(), fileOf(address).length()});
        } catch (FileNotFoundException error) {
            return found; // no rows
        }
        return found;
    }

    @Override public boolean onCreate() {
        return true;
    }

    @Override public Uri insert(Uri address, ContentValues values) {
        throw new UnsupportedOperationException();
    }

    @Override public int delete(Uri address, String where, String[] values) {
        throw new UnsupportedOperationException();
    }

    @Override public int update(Uri address, ContentValues values, String where, String[] of) {
        throw new UnsupportedOperationException();
    }
}
