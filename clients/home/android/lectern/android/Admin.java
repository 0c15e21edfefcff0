package lectern.android;

import android.app.admin.DeviceAdminReceiver;
import android.app.admin.DevicePolicyManager;
import android.content.ComponentName;
import android.content.Context;

/** Lets a school make Home the device's owner by cable. Nothing is done with it unless a school did. */
public final class Admin extends DeviceAdminReceiver {
    static boolean isOwner(Context context) {
        return manager(context).isDeviceOwnerApp(context.getPackageName());
    }

    /** The device belongs to nobody again. */
    static void release(Context context) {
        DevicePolicyManager manager = manager(context);
        if (!manager.isDeviceOwnerApp(context.getPackageName())) return;
        ComponentName admin = new ComponentName(context, Admin.class);
        manager.setLockTaskPackages(admin, new String[0]); // ends lock task
        manager.clearPackagePersistentPreferredActivities(admin, context.getPackageName()); // the launcher
        manager.clearDeviceOwnerApp(context.getPackageName());
    }

    private static DevicePolicyManager manager(Context context) {
        return (DevicePolicyManager) context.getSystemService(Context.DEVICE_POLICY_SERVICE);
    }
}
