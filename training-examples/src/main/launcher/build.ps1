# Builds for resnet4j.cmd what resnet4j (bash) builds by itself: the class path file "arguments" in the state folder.
param([string]$state, [string]$java)
$ErrorActionPreference = 'Stop'
$root = (Resolve-Path "$PSScriptRoot\..\..\..\..").Path
$getJdk = 'JDK 17 or newer is needed: winget install EclipseAdoptium.Temurin.17.JDK, or https://adoptium.net.'

function Say($text) { [Console]::Error.WriteLine("resnet4j: $text") }

# A build is current if nothing it was made from is newer and its class path is whole.
function Test-Current {
  if (-not (Test-Path "$state\arguments")) { return $false }
  $built = (Get-Item "$state\stamp").LastWriteTimeUtc
  $poms = Get-Item "$root\pom.xml", "$root\*\pom.xml"
  $sources = Get-ChildItem "$root\*\src\main" -Recurse
  if ($poms + $sources | Where-Object { $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1) { return $false }
  foreach ($entry in Get-Content "$state\entries") { if (-not (Test-Path -LiteralPath $entry)) { return $false } }
  return $true
}

# Starting java to ask for its version takes time: asked once for each java.
function Test-Java {
  if ((Test-Path "$state\java") -and (Get-Content "$state\java") -eq $java) { return }
  if (-not (Get-Command $java -ErrorAction SilentlyContinue)) { Say "java is missing. $getJdk"; exit 69 }
  $ErrorActionPreference = 'Continue' # java -version writes to stderr, which is no error
  $version = if ("$(& $java -version 2>&1)" -match 'version "(\d+)') { [int]$Matches[1] } else { 0 }
  $ErrorActionPreference = 'Stop'
  if ($version -lt 17) { Say "$java is version $version. $getJdk"; exit 69 }
  [IO.File]::WriteAllText("$state\java", $java)
}

function Test-Maven {
  if (-not (Get-Command mvn -ErrorAction SilentlyContinue)) {
    Say 'Maven is missing: winget install Apache.Maven, or https://maven.apache.org/install.html.'; exit 69
  }
}

function Build {
  Test-Maven
  Say 'building (the first time Maven downloads the libraries, which takes minutes) ...'
  $started = Get-Date
  Remove-Item "$state\arguments" -ErrorAction SilentlyContinue
  $classpath = "$state\classpath"
  $mvn = @('-q', '-B', '-f', "$root\pom.xml", '-pl', 'training-examples', '-am', '-Dmaven.test.skip=true',
    "-Dlauncher.classpath=$classpath", 'package')
  if ($env:RESNET4J_PROFILE) { $mvn += "-P$env:RESNET4J_PROFILE" }
  $ErrorActionPreference = 'Continue'
  $log = & mvn $mvn 2>&1
  $failed = $LASTEXITCODE -ne 0
  $ErrorActionPreference = 'Stop'
  if ($failed) {
    $log | ForEach-Object { [Console]::Error.WriteLine($_) }
    Say "the build failed, see Maven's errors above."; exit 70
  }
  $entries = (Get-Content $classpath).Split(';')
  $zoo = $entries | Where-Object { $_ -like "$root\zoo-resnet\target\zoo-resnet-*.jar" } | Select-Object -First 1
  $version = (Split-Path $zoo -Leaf).Substring('zoo-resnet-'.Length)
  $entries = @("$root\training-examples\target\training-examples-$version") + $entries
  # Our own jars are copied: a running JVM holds its jars, and a later build could not replace them.
  $copies = "$state\jars-$PID"
  Remove-Item "$state\jars-*" -Recurse -ErrorAction SilentlyContinue
  New-Item -ItemType Directory -Force $copies | Out-Null
  $entries = @($entries | ForEach-Object {
    if ($_ -like "$root\*") { Copy-Item $_ $copies; "$copies\$(Split-Path $_ -Leaf)" } else { $_ }
  })
  $utf8 = New-Object System.Text.UTF8Encoding $false
  [IO.File]::WriteAllLines("$state\entries", [string[]]$entries, $utf8)
  [IO.File]::WriteAllText("$state\stamp", '', $utf8)
  (Get-Item "$state\stamp").LastWriteTimeUtc = $started.ToUniversalTime()
  # An argument file of java: in quotes, a backslash escapes.
  $quoted = ($entries -join ';').Replace('\', '\\')
  [IO.File]::WriteAllText("$state\arguments", "-cp`n`"$quoted`"`n", $utf8)
  Say "built in $([int]((Get-Date) - $started).TotalSeconds) s"
}

New-Item -ItemType Directory -Force $state | Out-Null
Test-Java
if (-not (Test-Current)) {
  # One build at a time; who waited finds it done.
  $mutex = New-Object System.Threading.Mutex($false, "resnet4j-$($state -replace '[\\:/]', '_')")
  try { $mutex.WaitOne() | Out-Null } catch [System.Threading.AbandonedMutexException] { }
  try { if (-not (Test-Current)) { Build } } finally { $mutex.ReleaseMutex() }
}
