namespace NtkPipeline.Runtime

open System
open System.IO
open System.Runtime.InteropServices
open TorchSharp
open NtkPipeline.Core

/// LibTorch as one process uses it.
[<RequireQualifiedAccess>]
module LibTorch =

    [<DllImport("libc", EntryPoint = "setenv")>]
    extern int private setNative(string name, string value, int overwrite)

    /// OpenMP's threads wait by sleeping, not by spinning. Where other programs want the cores too, spinning made training four
    /// times slower; where they do not, it is up to a third faster at the widest networks. OpenMP reads this once, from the
    /// process's native environment, when LibTorch is loaded; what a person has set (OMP_WAIT_POLICY=active) stays.
    let private waitBySleeping () =
        if not (OperatingSystem.IsWindows()) then
            setNative ("OMP_WAIT_POLICY", "passive", 0) |> ignore

    /// In F# Interactive and notebooks every package lies in a folder of its own, and TorchSharp's library does not see LibTorch's: it finds
    /// them by their names once they are loaded. Where they cannot be, TorchSharp says so in its own words.
    let private loadFromPackages () =
        let assembly = typeof<torch>.Assembly
        let folder = Path.GetDirectoryName assembly.Location

        if folder <> Path.TrimEndingDirectorySeparator AppContext.BaseDirectory then
            let mutable handle = 0n
            NativeLibrary.TryLoad("torch", assembly, Nullable(), &handle) |> ignore

    let private prepared =
        lazy
            (waitBySleeping ()
             NativeMemory.shareHeaps ()
             loadFromPackages ())

    /// Loads LibTorch where it has not been. Its threads are one a core, or as many as the process has given it.
    let load () : unit = prepared.Force()

    /// Loads LibTorch with its native part, which takes a second or more; else that happens when a tensor is first made.
    let loadWhole () : unit =
        load ()
        torch.get_num_threads () |> ignore

    /// Loads LibTorch and gives it so many threads; 0 stands for one a core. Results are the same bytes for the same number.
    let useThreads (threads: int) : unit =
        load ()
        torch.set_num_threads (if threads = 0 then Environment.ProcessorCount else threads)

    /// The device of a LibTorch that has its threads.
    let private tensors (device: torch.Device) : TensorMachine = {
        Device = device
        Threads = torch.get_num_threads ()
    }

    /// What this machine gives to kernels: so many bytes of memory (no more than there are; none: half of them) less what the program itself
    /// takes (`MemoryNeed.idle`), which may leave none, and a device with so many threads
    /// (`useThreads`), which is refused where there is none such. The CPU is always there, so LibTorch is loaded when it is first used.
    let machine
        (memory: int64 option)
        (threads: int)
        (device: Device)
        : Result<KernelMachine, PipelineError> =
        match device with
        | Device.Cpu ->
            Ok(
                lazy
                    (useThreads threads
                     tensors torch.CPU)
            )
        | Device.Cuda _ ->
            useThreads threads
            Device.resolve device |> Result.map (fun found -> lazy (tensors found))
        |> Result.map (fun tensors -> {
            Memory =
                match memory with
                | Some bytes -> min (float bytes) (MachineMemory.all ()) - MemoryNeed.idle
                | None -> MachineMemory.all () / 2.0 - MemoryNeed.idle
            Tensors = tensors
        })
