"""The part of Java that the adapters use: class, then member and what it gives back.

Every line of android.*, androidx.*, java.* and javax.* but the two of android.print was compared with the
published API of Android (levels 21 to 37, inherited members included). `new` is the constructor. A type in
capitals is a value a test has to tell (TEXT, NUMBER, YES_NO, BYTES).
"""

from __future__ import annotations

_LINES = """
org.kivy.android.PythonActivity
  mActivity org.kivy.android.PythonActivity
  getFilesDir java.io.File
  getExternalFilesDir java.io.File
  getPackageName TEXT
  getPackageManager android.content.pm.PackageManager
  getSystemService java.lang.Object
  getContentResolver android.content.ContentResolver
  getWindow android.view.Window
  startActivity -
  startActivityForResult -
vn.field178.OpenWork
  start -
  stop -
vn.field178.PaperPrinter
  new vn.field178.PaperPrinter
androidx.core.content.FileProvider
  getUriForFile android.net.Uri
java.io.File
  new java.io.File
  getAbsolutePath TEXT
java.lang.Object
java.lang.CharSequence
java.lang.StringBuilder
  new java.lang.StringBuilder
java.lang.Class
  forName java.lang.Class
java.security.Key
java.security.KeyStore
  getInstance java.security.KeyStore
  load -
  containsAlias YES_NO
  deleteEntry -
  getKey java.security.Key
java.security.spec.AlgorithmParameterSpec
javax.crypto.Cipher
  getInstance javax.crypto.Cipher
  init -
  getIV BYTES
  doFinal BYTES
javax.crypto.KeyGenerator
  getInstance javax.crypto.KeyGenerator
  init -
  generateKey javax.crypto.SecretKey
javax.crypto.SecretKey
javax.crypto.SecretKeyFactory
  getInstance javax.crypto.SecretKeyFactory
  getKeySpec java.security.spec.KeySpec
java.security.spec.KeySpec
javax.crypto.spec.GCMParameterSpec
  new javax.crypto.spec.GCMParameterSpec
android.security.keystore.KeyInfo
  isInsideSecureHardware YES_NO
android.security.keystore.KeyGenParameterSpec
android.security.keystore.KeyGenParameterSpec$Builder
  new android.security.keystore.KeyGenParameterSpec$Builder
  setKeySize android.security.keystore.KeyGenParameterSpec$Builder
  setBlockModes android.security.keystore.KeyGenParameterSpec$Builder
  setEncryptionPaddings android.security.keystore.KeyGenParameterSpec$Builder
  build android.security.keystore.KeyGenParameterSpec
android.os.Build
  MANUFACTURER TEXT
  MODEL TEXT
android.os.BatteryManager
  getIntProperty NUMBER
android.os.Looper
  getMainLooper android.os.Looper
android.os.Parcelable
android.os.ParcelFileDescriptor
  detachFd NUMBER
android.os.SystemClock
  elapsedRealtimeNanos NUMBER
android.net.ConnectivityManager
  getActiveNetwork android.net.Network
  isActiveNetworkMetered YES_NO
android.net.Network
android.net.Uri
android.provider.Settings$Global
  getFloat NUMBER
android.content.pm.PackageManager
  hasSystemFeature YES_NO
android.content.ContentResolver
  openFileDescriptor android.os.ParcelFileDescriptor
android.content.Intent
  new android.content.Intent
  createChooser android.content.Intent
  addCategory android.content.Intent
  addFlags android.content.Intent
  putExtra android.content.Intent
  setClipData -
  setDataAndType android.content.Intent
  setType android.content.Intent
  getData android.net.Uri
android.content.ClipData
  newRawUri android.content.ClipData
android.view.Window
  addFlags -
android.print.PrintManager
  print android.print.PrintJob
android.print.PrintJob
android.location.LocationManager
  isProviderEnabled YES_NO
  requestSingleUpdate -
  removeUpdates -
  getLastKnownLocation android.location.Location
android.location.Location
  hasAccuracy YES_NO
  getAccuracy NUMBER
  getLatitude NUMBER
  getLongitude NUMBER
  getTime NUMBER
  getElapsedRealtimeNanos NUMBER
java.util.List
  size NUMBER
  get java.lang.Object
android.app.AlertDialog
  dismiss -
  getWindow android.view.Window
  show -
android.app.AlertDialog$Builder
  new android.app.AlertDialog$Builder
  setTitle android.app.AlertDialog$Builder
  setView android.app.AlertDialog$Builder
  setPositiveButton android.app.AlertDialog$Builder
  setNegativeButton android.app.AlertDialog$Builder
  setOnCancelListener android.app.AlertDialog$Builder
  create android.app.AlertDialog
android.widget.EditText
  addTextChangedListener -
  new android.widget.EditText
  setInputType -
  setImeOptions -
  setMinLines -
  setFilters -
  setText -
  setSelection -
  getText android.text.Editable
  length NUMBER
android.text.Editable
  toString TEXT
android.text.InputFilter$LengthFilter
  new android.text.InputFilter$LengthFilter
"""


def surface() -> dict[str, dict[str, str]]:
    """Return what each class has."""
    classes: dict[str, dict[str, str]] = {}
    members: dict[str, str] = {}
    for line in filter(None, _LINES.splitlines()):
        if line.startswith(" "):
            name, kind = line.split()
            members[name] = kind
        else:
            members = classes[line] = {}
    return classes
