namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// The kernel of texts, as somebody asks for it: the counterpart of `KernelRequest` for inputs that are sequences.
[<RequireQualifiedAccess>]
module SequenceRequest =

    /// Raised when the same request would give other bytes.
    let private version = "ntk-kernel-texts/1"

    /// Bytes of the entries of distinct tokens, past which larger tiles save nothing more.
    let private mostOfTokens = 3e8

    let private sides = [ 512; 256; 128; 64; 32; 16; 8; 4; 2; 1 ]

    let private refuse reason = Error(NumbersRefused $"kernel: %s{reason}")

    let private hasFlatten (network: Network) = network.Layers |> List.contains (Tokens TokenLayer.Flatten)

    let private checkFlatten (network: Network) (x: TextSource) xs (z: (TextSource * _) option) =
        if hasFlatten network then
            let places =
                xs
                |> Array.tryHead
                |> Option.map (fun (struct (length: int, _: bool)) -> length)
                |> Option.defaultValue 0

            TextSource.checkAlike x xs places
            |> Result.bind (fun () ->
                match z with
                | Some(z, zs) -> TextSource.checkAlike z zs places
                | None -> Ok())
        else
            Ok()

    /// How many tokens each text has, of texts that this network has a kernel of; why not, if not.
    let private checkTexts (network: Network) (x: TextSource) (z: TextSource option) =
        result {
            do!
                match z with
                | Some z when z.Features <> x.Features ->
                    refuse
                        $"%s{x.Name} has %d{x.Features} features a token and %s{z.Name} %d{z.Features}; a kernel needs equal ones"
                | _ -> Ok()

            do!
                // A pair of texts of so many places is one array.
                if
                    pown (float (max x.Places (defaultArg z x).Places) + 1024.0) 2 >
                        float System.Array.MaxLength
                then
                    refuse
                        $"texts of %d{max x.Places (defaultArg z x).Places} places are too long: a pair of them has more entries than one array holds"
                else
                    Ok()

            let! xs = TextSource.lengths x
            let! zs = z |> Option.map TextSource.lengths |> Option.sequenceResult
            do! checkFlatten network x xs (Option.map2 (fun z zs -> z, zs) z zs)
            return xs, zs
        }

    let private plan
        (precision: Precision<'t>)
        (convert: float -> 't)
        (memory: float)
        (kind: KernelKind)
        (network: Network)
        (x: TextSource)
        (z: TextSource option)
        : Result<KernelJob<'t>, PipelineError> =
        result {
            let! _ =
                SequenceNtk.check network
                |> Result.mapError (fun reason -> NumbersRefused $"kernel: %s{reason}")

            let! xs, zs = checkTexts network x z

            let others = defaultArg z x
            let counts = Array.map (fun (struct (length: int, _: bool)) -> length)

            let pair =
                TextRows.inner network x.Places others.Places |> List.fold (fun n size -> n * float size) 1.0

            let height side = float (min side x.Rows.RowCount)
            let tile side = height side * float (min side others.Rows.RowCount) * pair * float precision.Bytes

            // Below a pool, K and Θ of all distinct tokens of two strips: all there may be.
            let table side =
                if (PoolCut.ofNetwork network).IsSome then
                    16.0
                    * (height side * float x.Places)
                    * (float (min side others.Rows.RowCount) * float others.Places)
                else
                    0.0

            let cost side cores =
                SequenceCost.create
                    network
                    kind
                    x.Features
                    (counts xs)
                    (Option.map counts zs)
                    side
                    (max x.Places others.Places)
                    cores
                    (tile side + table side / 2.0)

            // Long texts fit where fewer cores hold one at a time.
            let here = min SequenceCost.mostCores (TorchSharp.torch.get_num_threads ())

            let priced = [
                for cores in List.distinct [ SequenceCost.mostCores; here ] do
                    for side in sides -> side, cost side cores
            ]

            let! side, cost =
                match
                    priced
                    |> List.tryFind (fun (side, cost) ->
                        cost.Memory - MemoryNeed.idle <= memory
                        && (side = 1 || table side <= mostOfTokens)
                        && max (tile side) (table side / 16.0) <= float System.Array.MaxLength)
                with
                | Some found -> Ok found
                | None ->
                    let smallest = snd (List.last priced)

                    Error(
                        MachineLacks
                            $"kernel: its smallest tile needs %s{ByteSize.print smallest.Memory} of memory, and %s{ByteSize.print memory} may be used"
                    )

            let tiles =
                SequenceTiles.create
                    precision
                    convert
                    kind
                    network
                    x.Features
                    side
                    x.Rows
                    (z |> Option.map _.Rows)

            let seconds = SequenceCost.seconds cost
            let time = if seconds < 1.0 then "less than a second" else $"about %.0f{seconds} s"

            return {
                Tiles = tiles
                Cost =
                    Some
                        $"kernel of texts: %s{SequenceCost.print cost}; %s{time} of one core; tiles of %d{side} texts"
                Recipe = [
                    version
                    NetworkText.print network
                    KernelKind.print kind
                    precision.Name
                    $"tiles of %d{side}"
                    $"%d{x.Features} features"
                ]
            }
        }

    let private job precision convert (machine: KernelMachine) (request: KernelRequest) x z =
        match request.Finite with
        | None -> plan precision convert machine.Memory request.Kind request.Architecture x z
        | Some finite ->
            checkTexts request.Architecture x z
            |> Result.bind (fun (xs, _) ->
                // The places that a flatten lays beside each other are those of the texts, which are of one length.
                let cut =
                    match Array.tryHead xs with
                    | Some(struct (length, _)) when hasFlatten request.Architecture ->
                        TextSource.cut (max 1 length)
                    | _ -> id

                EmpiricalTexts.job precision convert machine request finite (cut x) (Option.map cut z))

    /// The kernel of the texts of x with those of z (none: with themselves) in float64, its work and memory counted from their lengths.
    let double machine request x z : Result<KernelJob<float>, PipelineError> =
        job Precision.double id machine request x z

    /// The same, computed in float64 and rounded to float32.
    let single machine request x z : Result<KernelJob<float32>, PipelineError> =
        job Precision.single float32 machine request x z
