@echo off
rem ResNet4J's command line on Windows; see resnet4j for the variables and exit codes.
setlocal
set "LAUNCHER=%~dp0training-examples\src\main\launcher"
set "STATE=%~dp0training-examples\target\launcher"
if defined RESNET4J_PROFILE set "STATE=%STATE%-%RESNET4J_PROFILE%"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
powershell -NoProfile -ExecutionPolicy Bypass -File "%LAUNCHER%\build.ps1" "%STATE%" "%JAVA%" || exit /b
if not defined OMP_WAIT_POLICY set OMP_WAIT_POLICY=PASSIVE
if not defined GOMP_SPINCOUNT set GOMP_SPINCOUNT=10000
"%JAVA%" "@%LAUNCHER%\jvm.options" "@%STATE%\arguments" %RESNET4J_JAVA_OPTS% org.resnet4j.training.cli.Main %*
exit /b %ERRORLEVEL%
