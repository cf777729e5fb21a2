/// Where libraries that are instrumented for a fuzzer count their branches.
module NtkPipeline.Tests.FuzzMemory

#nowarn "9" // The counters are a place in memory.

open System.Runtime.InteropServices
open Microsoft.FSharp.NativeInterop

/// As many as AFL++ has.
let private counters = 1 <<< 16

/// Memory of this program's own, until the fuzzer gives its: without any, the first instrumented branch would end the program.
let prepare () : unit =
    SharpFuzz.Common.Trace.SharedMem <- NativePtr.ofNativeInt (Marshal.AllocHGlobal counters)
