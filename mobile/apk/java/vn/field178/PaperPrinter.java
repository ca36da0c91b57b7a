package vn.field178;

import android.os.Bundle;
import android.os.CancellationSignal;
import android.os.ParcelFileDescriptor;
import android.print.PageRange;
import android.print.PrintAttributes;
import android.print.PrintDocumentAdapter;
import android.print.PrintDocumentInfo;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Hands a finished PDF to the printing of the system, as it is. */
public class PaperPrinter extends PrintDocumentAdapter {
    private final File file;
    private final String title;

    public PaperPrinter(File file, String title) {
        this.file = file;
        this.title = title;
    }

    @Override
    public void onLayout(
            PrintAttributes before,
            PrintAttributes after,
            CancellationSignal signal,
            LayoutResultCallback callback,
            Bundle extras) {
        if (signal.isCanceled()) {
            callback.onLayoutCancelled();
            return;
        }
        PrintDocumentInfo about =
                new PrintDocumentInfo.Builder(title)
                        .setContentType(PrintDocumentInfo.CONTENT_TYPE_DOCUMENT)
                        .build();
        callback.onLayoutFinished(about, !after.equals(before));
    }

    @Override
    public void onWrite(
            PageRange[] pages,
            ParcelFileDescriptor target,
            CancellationSignal signal,
            WriteResultCallback callback) {
        try (InputStream from = new FileInputStream(file);
                OutputStream to = new FileOutputStream(target.getFileDescriptor())) {
            byte[] piece = new byte[65536];
            for (int n = from.read(piece); n > 0; n = from.read(piece)) {
                to.write(piece, 0, n);
            }
            callback.onWriteFinished(new PageRange[] {PageRange.ALL_PAGES});
        } catch (IOException broken) {
            callback.onWriteFailed(broken.getMessage());
        }
    }
}
