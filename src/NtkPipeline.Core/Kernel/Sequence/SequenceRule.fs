namespace NtkPipeline.Core

open System

/// Which kernel of texts is computed, and in what form.
[<NoEquality; NoComparison>]
type SequenceRule<'t> = {
    Network: Network
    Kind: KernelKind
    Integrals: Integrals
    /// The array's last axes: none above a pool, else the places of both texts.
    Inner: int list
    Convert: float -> 't
} with

    member this.HasTheta = this.Kind = KernelKind.Ntk

    /// α², or 0 where K is that of a centred network.
    member this.Factor =
        if this.Kind = KernelKind.Nngp && this.Network.Centred then
            0.0
        else
            this.Network.OutputScale * this.Network.OutputScale

    member this.Plane(block: TokenBlock) =
        match this.Kind with
        | KernelKind.Ntk -> block.Theta
        | KernelKind.Nngp -> block.K

/// Texts as rows of places × features entries, followed by places × 1 that say which places count.
[<RequireQualifiedAccess>]
module TextRows =

    /// The texts of such rows.
    let texts (features: int) (rows: Matrix<float>) : Sequences<float> =
        let places = rows.Columns / (features + 1)
        let values = Array.zeroCreate (rows.Rows * places * features)
        let valid = Array.zeroCreate (rows.Rows * places)

        for i in 0 .. rows.Rows - 1 do
            Array.blit rows.Values (i * rows.Columns) values (i * places * features) (places * features)

            for t in 0 .. places - 1 do
                valid[i * places + t] <- rows[i, places * features + t] <> 0.0

        match Sequences.ofArray rows.Rows places features values valid with
        | Ok sequences -> sequences
        | Error reason -> invalidArg (nameof rows) reason

    /// The array's last axes for texts of so many places each: none above a pool.
    let inner (network: Network) (places: int) (others: int) : int list =
        if Network.gathers network then
            []
        else
            [
                TokenWindows.places network.Layers places
                TokenWindows.places network.Layers others
            ]

    /// Nothing is made of strips that must be given back.
    let scope () = {
        new IDisposable with
            member _.Dispose() = ()
    }
